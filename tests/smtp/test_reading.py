"""A raw mail is read whole, within bounds, and never raises."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.headers import HeaderLimits, split_headers
from gateway.smtp.reading import MailLimits, Problem, ReadMail, read_mail

MAILS = sorted(Path(__file__).with_name("mails").glob("*.eml"))
FRAGMENTS = (
    *(b"From: a@b.example", b"Subject: =?utf-8?q?=C3?=", b"Content-Type: multipart/mixed; boundary=B", b"\r\n", b"\n"),
    *(b"--B", b"--B--", b"Content-Type: text/html; charset=x", b"Content-Transfer-Encoding: base64", b"\r\n\r\n"),
    *(b"Content-Type: text/plain; format=flowed; charset*0*=utf-8''x; charset*=", b"<div><table>", b"\xff\x00", b" "),
    *(b"=?", b";", b'"', b"Content-Type: text/plain; a*1=1; a*=2", b"AAAA", b"\t", b"From "),
)


def read(raw: bytes) -> ReadMail:
    return read_mail(raw, MailLimits())


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_the_text_of_real_mails_is_what_a_person_would_text(path: Path) -> None:
    """Each mail has its text beside it."""
    assert read(path.read_bytes()).text_body == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")


def test_what_identifies_a_mail_is_read_from_its_headers() -> None:
    mail = read(
        b"From: =?utf-8?q?Ren=C3=A9?= <r@b.example>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0100\r\n"
        b"Subject: =?utf-8?b?w6l0w6k=?=\r\n chaud\r\nMessage-ID: <3@b.example>\r\nIn-Reply-To: <2@b.example>\r\n"
        b"References: <1@b.example>\r\n\t<2@b.example>\r\n\r\nBonjour"
    )
    assert mail == ReadMail(
        text_body="Bonjour",
        subject="été chaud",
        from_header="René <r@b.example>",
        date_header="Mon, 23 Nov 2026 08:00:00 +0100",
        message_id="<3@b.example>",
        in_reply_to="<2@b.example>",
        references=("<1@b.example>", "<2@b.example>"),
    )


def test_a_header_value_holds_no_line_end_however_it_was_encoded() -> None:
    assert read(b"Subject: =?utf-8?q?a=0D=0ABcc:_x?=\r\n\r\n").subject == "a Bcc: x"


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"Subject: s\r\n\r\nbody", b"body"),
        (b"Subject: s\n\nbody", b"body"),
        (b"Subject: s\r\nno field here", b"no field here"),  # the blank line is missing
        (b"\r\nbody", b"body"),
        (b"From a@b.example Mon Nov 23\nSubject: s\n\nbody", b"body"),  # out of a mailbox file
        (b"Subject: s", b""),
        (b"", b""),
    ],
)
def test_the_body_begins_where_the_headers_end(raw: bytes, body: bytes) -> None:
    assert split_headers(raw, HeaderLimits())[1] == body


def test_a_field_beyond_its_limit_is_cut_and_those_after_it_are_read() -> None:
    headers, body = split_headers(b"To: " + b"a@b.example, " * 90_000 + b"\r\nSubject: s\r\n\r\nbody", HeaderLimits())
    assert (headers.cut, len(headers.raw("to")), headers.raw("subject"), body) == (True, 7_996, b"s", b"body")


def test_a_header_block_beyond_its_limit_is_left_at_the_blank_line() -> None:
    mail = read(b"Subject: s\r\n" + b"X-A: b\r\n" * 70_000 + b"\r\nbody")
    assert (mail.subject, mail.text_body, mail.problems) == ("s", "body", (Problem.HEADERS_CUT,))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"Content-Type: multipart/mixed; boundary=B\r\n\r\nintro\r\n--B\r\n\r\ntext", "text"),  # never closed
        (b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\ntext\r\n--B--\r\nepilogue", "text"),
        (b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--BB\r\n\r\ntext", "--BB\n\ntext"),  # another's
        (b"Content-Type: multipart/mixed\r\n\r\ntext", "text"),
        (b"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n \n--B\n\ntext\n--B--\n", "text"),  # the first is empty
        (b"Content-Type: nonsense\r\n\r\ntext", "text"),
        (b"Content-Type: text/plain; name=a.txt\r\n\r\ntext", "text"),  # a mail is not its own attachment
        (b"Content-Transfer-Encoding: BASE64\r\n\r\ndGV4\r\ndA==", "text"),
        (b"Content-Transfer-Encoding: base64\r\n\r\ndGV4dA", "text"),  # padding missing
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\nte=\r\nxt=2", "text=2"),
        (b"Content-Transfer-Encoding: invented\r\n\r\ntext", "text"),
    ],
)
def test_a_text_is_found_however_its_frame_is_broken(body: bytes, text: str) -> None:
    assert read(body).text_body == text


@pytest.mark.parametrize(("depth", "text", "problems"), [(10, "text", ()), (11, "", (Problem.PARTS_CUT,))])
def test_parts_are_read_down_to_the_limit(depth: int, text: str, problems: tuple[Problem, ...]) -> None:
    opening = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    mail = read(b"".join(opening % (level, level) for level in range(depth)) + b"\r\ntext")
    assert (mail.text_body, mail.problems) == (text, problems)


def test_what_follows_the_hundredth_part_is_not_read() -> None:
    part = b"--B\r\nContent-Type: image/png\r\n\r\nx\r\n"
    mail = read(b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + part * 100 + b"--B\r\n\r\ntext\r\n--B--")
    assert (mail.text_body, mail.problems) == ("", (Problem.PARTS_CUT,))


def test_a_text_under_a_fifth_of_the_html_gives_way_to_it() -> None:
    parts = b"--B\r\nContent-Type: text/plain\r\n\r\n%s\r\n--B\r\nContent-Type: text/html\r\n\r\n<p>%s</p>\r\n--B--"
    head = b"Content-Type: multipart/alternative; boundary=B\r\n\r\n"
    assert read(head + parts % (b"short", b"long " * 7)).text_body == ("long " * 7).strip()
    assert read(head + parts % (b"short text", b"long " * 7)).text_body == "short text"


def test_octets_that_are_no_text_are_not_sent_as_text() -> None:
    noise = bytes(range(256)) * 20
    assert read(b"Subject: s\r\n\r\n" + noise).problems == (Problem.BINARY,)


def test_a_forwarded_mail_in_attachment_is_not_the_text_of_its_sender() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: other\r\n\r\nother text\r\n--B--"
    )
    assert read(raw).text_body == ""


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=20)), max_size=40).map(b"".join))
def test_any_octets_end_as_a_mail_that_can_be_stored(raw: bytes) -> None:
    mail = read(raw)
    f"{mail.subject}{mail.text_body}{mail.from_header}{mail.message_id}".encode()
    assert len(mail.text_body) <= 64_000
