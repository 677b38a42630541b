"""The mark in a title: in front, one at a time, and off again when the title is read."""

from hypothesis import given
from hypothesis import strategies as some

from gateway.calendar.marks import MARKS, marked, unmarked
from gateway.calendar.words import Answer

strange = some.sampled_from(["", "✓", "✗", "✓ ✗ Dupont", "✓Dupont"])
titles = some.text() | some.text().map(lambda text: f"✓ {text}") | strange
answers = some.sampled_from([None, *MARKS])


def test_a_title_says_what_was_answered() -> None:
    assert marked("Mme Dupont", Answer.CONFIRMED) == "✓ Mme Dupont"
    assert marked("✓ Mme Dupont", Answer.CANCELLED) == "✗ Mme Dupont"
    assert marked("✗ Mme Dupont", None) == "Mme Dupont"
    assert marked("", Answer.CANCELLED) == "✗"


@given(titles, some.sampled_from(list(MARKS)))
def test_to_mark_twice_is_to_mark_once(title: str, answer: Answer) -> None:
    assert marked(marked(title, answer), answer) == marked(title, answer)


@given(titles, answers, answers)
def test_a_later_mark_takes_the_place_of_an_earlier_one(title: str, first: Answer | None, later: Answer | None) -> None:
    bare = unmarked(unmarked(title))  # whoever wrote two marks by hand meant something by the second
    assert marked(marked(bare, first), later) == marked(bare, later)


@given(titles, some.sampled_from(list(MARKS)))
def test_what_is_read_is_what_was_there_before(title: str, answer: Answer) -> None:
    assert unmarked(marked(title, answer)) == unmarked(title)
