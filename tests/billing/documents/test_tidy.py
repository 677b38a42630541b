"""Texts of strangers become one bounded line without anything invisible."""

from unicodedata import category

from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.documents.tidy import tidy


@given(st.text(st.characters()), st.integers(1, 40))
def test_a_tidy_text_is_bounded_and_wholly_visible(text: str, limit: int) -> None:
    line = tidy(text, limit)
    assert len(line) <= limit
    assert [each for each in line if category(each)[0] in "CZ" and each != " "] == []


@given(st.text(st.characters()))
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text, 40), 40) == tidy(text, 40)


def test_a_text_of_any_size_is_cut_with_an_ellipsis() -> None:
    assert tidy("x" * 10_000_000, 5) == "xxxx…"


def test_marks_that_turn_a_line_around_go() -> None:
    assert tidy("Facture \u202e99,99\u202c €", 40) == "Facture 99,99 €"


def test_other_scripts_stay() -> None:
    assert tidy("عيادة الزيتون", 40) == "عيادة الزيتون"
