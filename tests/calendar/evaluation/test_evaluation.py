"""The law of extraction as a whole, on events that people labelled: hardly ever a wrong recipient, few missed."""

from collections import Counter

import pytest

from tests.calendar.evaluation.scorecard import AMBIGUOUS, AUTHORS, NONE, answer, bare_answer, labelled, score


def test_at_least_600_events_are_labelled_each_once_and_most_are_french() -> None:
    events = labelled()
    assert len(events) >= 600
    assert max(Counter(each.name for each in events).values()) == 1
    assert sum(each.language == "fr" for each in events) / len(events) >= 0.6


@pytest.mark.parametrize("author", AUTHORS)
def test_each_author_labelled_half(author: str) -> None:
    assert sum(each.author == author for each in labelled()) >= 320


def test_every_label_is_a_number_or_none_or_a_question() -> None:
    assert all(each.expected in {NONE, AMBIGUOUS} or each.expected[1:].isdigit() for each in labelled())


def test_numbers_that_are_picked_are_right_and_few_are_missed() -> None:
    reached = score(labelled(), answer)
    assert reached.precision >= 0.995
    assert reached.recall >= 0.97


@pytest.mark.parametrize("author", AUTHORS)
def test_each_authors_events_are_read_well(author: str) -> None:
    reached = score([each for each in labelled() if each.author == author], answer)
    assert reached.precision >= 0.995
    assert reached.recall >= 0.97


def test_few_events_are_left_to_a_person_to_decide() -> None:
    """Of those with one right number: an extractor that always asks would never be wrong."""
    assert score([each for each in labelled() if each.expected not in {NONE, AMBIGUOUS}], answer).ambiguity <= 0.02


def test_events_labelled_as_questions_are_never_answered_with_a_number() -> None:
    wrong = [each.name for each in labelled() if each.expected == AMBIGUOUS and answer(each).startswith("+")]
    assert wrong == []


def test_the_bare_matcher_picks_far_more_strangers() -> None:
    assert score(labelled(), bare_answer).precision < 0.9
