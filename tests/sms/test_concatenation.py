"""Parts become the text that was written: in any order, each once, and what never came is named."""

from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.concatenation import is_possible, join, keepable, whole


@dataclass(frozen=True)
class Kept:
    """A part as the table keeps it."""

    body: str
    piece_count: int
    piece_number: int


def missing(number: int) -> str:
    return f"[part {number} missing]"


def parts_of(text: str, size: int) -> list[Kept]:
    """As a phone cuts it: by UTF-16 units, through the middle of pairs."""
    units = text.encode("utf-16-le", "surrogatepass")
    cuts = [units[at : at + 2 * size] for at in range(0, len(units), 2 * size)]
    bodies = [keepable(each.decode("utf-16-le", "surrogatepass")) for each in cuts]
    return [Kept(body, len(bodies), number) for number, body in enumerate(bodies, start=1)]


#: All but the end of a private plane, where halves of pairs are kept.
TEXTS = st.text(st.characters(max_codepoint=0x10F7FF), min_size=2, max_size=200)


@given(TEXTS, st.integers(1, 20), st.randoms(use_true_random=False))
def test_parts_in_any_order_are_the_text(text: str, size: int, chance: Random) -> None:
    parts = parts_of(text, size)
    shuffled = list(parts)
    chance.shuffle(shuffled)
    joined, used = join(shuffled)
    assert (joined.missing, len(used)) == ((), len(parts))
    assert joined.text(missing) == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def test_what_is_written_where_halves_are_kept_is_never_taken_for_one() -> None:
    parts = parts_of("ab\U0010f83d\U0010fe00", 6)
    assert join(parts)[0].text(missing) == "ab\ufffd\ufffd"


def test_no_kept_part_holds_half_a_pair() -> None:
    parts = parts_of("ab😀", 3)
    assert [each.body.encode() for each in parts]  # would raise
    assert join(parts)[0].text(missing) == "ab😀"


def test_a_part_that_comes_twice_counts_once() -> None:
    parts = parts_of("abcdef", 3)
    joined, used = join([*parts, parts[0]])
    assert (joined.text(missing), len(used)) == ("abcdef", 3)


def test_a_part_that_says_something_else_is_of_another_sms() -> None:
    mine, other = parts_of("abcdef", 3), parts_of("uvwxyz", 3)
    joined, used = join([*mine, *other])
    assert (joined.text(missing), used) == ("abcdef", mine)


def test_a_part_that_never_came_is_named_in_its_place() -> None:
    parts = parts_of("x" * 25, 1)
    joined, _ = join([each for each in parts if each.piece_number != 7])
    assert joined.missing == (7,)
    assert joined.text(missing) == "x" * 6 + "[part 7 missing]" + "x" * 18


def test_half_a_pair_whose_other_half_is_lost_is_a_sign_of_its_own() -> None:
    first, _ = parts_of("ab😀", 3)
    assert join([first])[0].text(missing) == "ab\ufffd[part 2 missing]"


def test_a_whole_sms_is_what_it_says() -> None:
    assert whole("Bonjour").text(missing) == "Bonjour"


def test_only_what_can_be_is_a_part() -> None:
    assert is_possible(65_535, 255, 255)
    impossible = [(1, 1, 1), (1, 256, 1), (1, 2, 0), (1, 2, 3), (-1, 2, 1), (2**31, 2, 1), (1, -5, 1)]
    assert not any(is_possible(*each) for each in impossible)


def test_no_text_grows_beyond_the_longest_sms() -> None:
    parts = [Kept("x" * 4_000, 255, number) for number in range(1, 256)]
    assert len(join(parts)[0].text(missing)) == 255 * 153
