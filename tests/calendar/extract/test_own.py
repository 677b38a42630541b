"""The laws of the practice's own numbers: they sit in most events, whatever the events are about."""

from gateway.calendar.extract import Occurrence, Outcome, WhyNothing, count, own_numbers
from tests.calendar.extract.reading import ANNE, BEN, found, read, why


def test_a_number_of_most_events_under_different_titles_is_the_practices() -> None:
    assert own_numbers({ANNE: Occurrence(events=8, titles=8), BEN: Occurrence(events=3, titles=3)}, events=10) == {ANNE}


def test_half_of_the_events_is_not_most() -> None:
    assert own_numbers({ANNE: Occurrence(events=8, titles=8)}, events=16) == frozenset()


def test_the_weekly_sessions_of_one_client_are_not_the_practices() -> None:
    assert own_numbers({ANNE: Occurrence(events=40, titles=2)}, events=50) == frozenset()
    assert own_numbers({ANNE: Occurrence(events=40, titles=19)}, events=50) == frozenset()


def test_a_few_events_tell_nothing() -> None:
    assert own_numbers({ANNE: Occurrence(events=4, titles=4)}, events=4) == frozenset()


def test_occurrences_are_counted_once_an_event() -> None:
    events = [("Durand", [ANNE, ANNE]), ("Durand", [ANNE]), ("Roy", [ANNE, BEN]), ("Petit", [])]
    assert count(events) == {ANNE: Occurrence(3, 2), BEN: Occurrence(1, 1)}


def test_a_calendar_tells_its_own_numbers() -> None:
    calendar = [(f"Client {each}", "Cabinet Lamy, 06 39 98 12 34") for each in "ABCDEFG"]
    counted = count((title, _numbers(read(title, place))) for title, place in calendar)
    own = own_numbers(counted, len(calendar))
    assert own == {ANNE}
    assert why(read("Client H", "Cabinet Lamy, 06 39 98 12 34", own=own)) is WhyNothing.OWN
    assert found(read("Client H 06 39 98 56 78", "Cabinet Lamy, 06 39 98 12 34", own=own)) == BEN


def _numbers(outcome: Outcome) -> set[str]:
    return {number for remark in outcome.explained for number in remark.numbers}
