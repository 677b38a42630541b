"""The laws of normalisation: what a reader sees is kept, what he cannot see is not, and nothing is done twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.extract.normalising import MAX_LENGTH, normalise

PLAIN = "0123456789 +()/-.,_OoHh#&;<>|\n\t'a"
ODD = ["\u00a0", "\u202f", "\u200e", "\u2013", "\uff16", "\uff0b", "\u00b7", "&nbsp;", "<br>", "&lt;", "(0)", "wa.me/"]
SIGNS = st.sampled_from([*PLAIN, *ODD])


@pytest.mark.parametrize(
    "written",
    [
        "06\u202f39\u202f98\u202f12\u202f34",
        "06\u00a039\u00a098\u00a012\u00a034",
        "06\u200739\u200998\u200a12\u202f34",
        "06\t39\t98\t12\t34",
        "\u202a06 39 98 12 34\u202c",
        "\u200e06 39\u200b 98 12 34\u2069",
        "\uff10\uff16 39 98 12 3\uff14",
        "06/39/98/12/34",
        "06 / 39 / 98 / 12 / 34",
        "06,39,98,12,34",
        "06_39_98_12_34",
        "06\u00b739\u00b798\u00b712\u00b734",
        "O6 39 98 12 34",
        "o6/39/98/12/34",
    ],
)
def test_odd_signs_become_plain_ones(written: str) -> None:
    assert normalise(written) == "06 39 98 12 34"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("+33 (0)6 39 98 12 34", "+33 6 39 98 12 34"),
        ("+33(0)639981234", "+33 639981234"),
        ("0033 (0) 6 39 98 12 34", "0033 6 39 98 12 34"),
        ("+ 33 6 39 98 12 34", "+33 6 39 98 12 34"),
        ("06\u201339\u201398\u201112\u221234", "06-39-98-12-34"),
        ("en cas d\u2019absence 06", "en cas d'absence 06"),
        ("https://wa.me/33639981234?text=Bonjour", "+33639981234"),
        ("https://api.whatsapp.com/send?phone=%2B33639981234&text=a", "+33639981234 |text=a"),
        ("une\r\nligne\rpuis\u2028une", "une\nligne\npuis\nune"),
    ],
)
def test_written_forms_become_one(written: str, plain: str) -> None:
    assert normalise(written) == plain


@pytest.mark.parametrize(
    "text", ["06/12/2026", "06/12/34", "06/12/34/56", "1/2/3/4/5", "https://exemple.fr/33639981234"]
)
def test_dates_and_links_are_left_as_they_are(text: str) -> None:
    assert normalise(text) == text


@given(st.lists(SIGNS, max_size=60).map("".join) | st.text(max_size=200))
def test_doing_it_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_only_the_beginning_of_a_field_is_read() -> None:
    assert len(normalise("mot " * MAX_LENGTH)) <= MAX_LENGTH


@pytest.mark.parametrize(
    "tail", ["06 39 98 12 345", "06\u00a039\u00a098\u00a012\u00a0345", "0639981234567", "06&nbsp;39&nbsp;98"]
)
def test_a_number_at_the_cut_is_dropped_whole(tail: str) -> None:
    for lost in range(1, len(tail)):
        head = "x" * (MAX_LENGTH - len(tail) + lost - 1) + " "
        assert not any(sign.isdigit() for sign in normalise(head + tail + " et la suite"))


def test_text_without_a_space_to_cut_at_is_dropped() -> None:
    assert normalise("6" * (MAX_LENGTH + 1)) == ""
