"""Taking lines and mails from what has come, however it was cut into pieces."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.input_buffer import LINE_BYTES, InputBuffer, Unread
from gateway.smtp.limits import Claim, MailMemory

LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")), max_size=8)
CUTS = st.lists(st.integers(1, 9), min_size=1)
TRICKS = st.lists(st.sampled_from([b"\r\n", b"\r\n", b"\r", b"\n", b".", b"\0", b"a"]), max_size=12).map(b"".join)


def fed_in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    pieces, start, turn = [], 0, 0
    while start < len(data):
        size = cuts[turn % len(cuts)]
        pieces.append(data[start : start + size])
        start, turn = start + size, turn + 1
    return pieces


@given(LINES, CUTS)
def test_lines_come_out_as_they_were_sent(lines: list[bytes], cuts: list[int]) -> None:
    buffer, taken = InputBuffer(), []
    for piece in fed_in_pieces(b"".join(line + b"\r\n" for line in lines), cuts):
        buffer.feed(piece)
        while (line := buffer.line()) is not None:
            taken.append(line)
    assert taken == [line + b"\r\n" for line in lines]


@given(LINES, CUTS, st.binary(max_size=20))
def test_a_mail_comes_out_as_it_was_meant_and_leaves_what_follows(
    lines: list[bytes], cuts: list[int], after: bytes
) -> None:
    """Dots are stuffed by the sender (RFC 5321, 4.5.2) and unstuffed here."""
    meant = b"".join(line + b"\r\n" for line in lines)
    stuffed = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)
    buffer, memory, mail = InputBuffer(), MailMemory(), None
    buffer.begin_mail()
    claim = Claim(memory)
    for piece in fed_in_pieces(stuffed + b".\r\n" + after, cuts):
        buffer.feed(piece)
        mail = buffer.mail(10_000, claim) if mail is None else mail
    assert mail == (Unread.MALFORMED if b"\0" in meant else meant)
    assert len(buffer) == len(after)


@given(TRICKS, CUTS)
def test_a_mail_ends_at_its_first_lone_dot_and_is_refused_unless_all_its_line_ends_are_whole(
    sent: bytes, cuts: list[int]
) -> None:
    body, _, after = (b"\r\n" + sent + b"\r\n.\r\n").partition(b"\r\n.\r\n")
    buffer, claim, mail = InputBuffer(), Claim(MailMemory()), None
    buffer.begin_mail()
    for piece in fed_in_pieces(sent + b"\r\n.\r\n", cuts):
        buffer.feed(piece)
        mail = buffer.mail(10_000, claim) if mail is None else mail
    lines = body.split(b"\r\n")[1:]
    whole = not any(byte in line for line in lines for byte in b"\r\n\0")
    assert mail == (b"".join(line.removeprefix(b".") + b"\r\n" for line in lines) if whole else Unread.MALFORMED)
    assert buffer.held == after


def test_a_line_without_end_is_dropped_as_it_comes() -> None:
    buffer = InputBuffer()
    for _ in range(200):
        buffer.feed(b"x" * LINE_BYTES)
        assert buffer.line() is None
        assert len(buffer) <= 2 * LINE_BYTES
    buffer.feed(b"\r\nNOOP\r\n")
    assert [buffer.line(), buffer.line(), buffer.line()] == [Unread.LINE_TOO_LONG, b"NOOP\r\n", None]


def test_a_mail_that_is_too_big_is_dropped_as_it_comes() -> None:
    buffer = InputBuffer()
    buffer.begin_mail()
    claim = Claim(MailMemory())
    for _ in range(100):
        buffer.feed(b"x" * 1000)
        assert buffer.mail(5000, claim) is None
        assert len(buffer) <= 5000
    buffer.feed(b"\r\n.\r\nNOOP\r\n")
    assert buffer.mail(5000, claim) is Unread.MAIL_TOO_BIG
    assert buffer.line() == b"NOOP\r\n"


def test_mails_share_one_memory_and_give_it_back() -> None:
    memory = MailMemory(100)
    first, second = Claim(memory), Claim(memory)
    assert first.grow(60)
    assert not second.grow(50)
    assert second.grow(40)
    first.give_back()
    second.give_back()
    assert memory.left == 100


def test_a_mail_for_which_there_is_no_memory_is_put_off() -> None:
    buffer = InputBuffer()
    buffer.begin_mail()
    buffer.feed(b"x" * 1000 + b"\r\n.\r\n")
    claim = Claim(MailMemory(500))
    assert buffer.mail(5000, claim) is Unread.NO_MEMORY
