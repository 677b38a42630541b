"""The laws of one SMS for several appointments: one number, one local day, nothing twice and nothing lost."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.schedule import Due, Together, merge
from tests.calendar.schedule.test_differing import OTHER
from tests.calendar.schedule.test_planning import NUMBER
from tests.calendar.schedule.test_rules import PARIS, local

NUMBERS = count(1)
MORNING, AFTERNOON = "2026-12-02 09:00", "2026-12-02 15:00"


def due(start: str = MORNING, offset: str = "24h", recipient: str = NUMBER, event: str = "", before: int = 24) -> Due:
    row_id, at = next(NUMBERS), local(start)
    return Due(row_id, event or f"uid-{row_id}", offset, recipient, at, at - timedelta(hours=before), PARIS)


def test_appointments_of_one_number_on_one_day_are_named_in_their_order() -> None:
    late, early = due(AFTERNOON), due(MORNING)
    assert merge([late, early]) == [Together((early, late), ())]


def test_other_numbers_and_other_days_have_their_own_sms() -> None:
    first, second, third = due(), due(recipient=OTHER), due("2026-12-03 09:00")
    assert merge([first, second, third]) == [Together((each,), ()) for each in (first, second, third)]


def test_the_day_is_the_local_one() -> None:
    after_midnight_there = replace(due("2026-12-02 21:30"), zone=ZoneInfo("Indian/Reunion"))
    assert len(merge([due(), after_midnight_there])) == 2


def test_what_is_planned_for_later_is_brought_forward_if_it_is_for_the_day_before() -> None:
    first, later = due(MORNING), due(AFTERNOON)
    assert merge([first], [later]) == [Together((first, later), ())]


def test_what_is_planned_for_the_day_itself_or_by_another_rule_or_for_others_is_left_alone() -> None:
    first = due(MORNING, "2h", before=2)
    ahead = [due(AFTERNOON, "2h", before=2), due(AFTERNOON, "24h"), due(AFTERNOON, "2h", OTHER)]
    assert merge([first], ahead) == [Together((first,), ())]


def test_an_appointment_is_named_once_by_the_reminder_meant_for_later() -> None:
    early, late = due(offset="2d", event="same", before=48), due(offset="24h", event="same")
    assert merge([late, early]) == [Together((late,), (early,))]


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([NUMBER, OTHER]), st.sampled_from("abc"), st.integers(1, 48)),
        max_size=12,
    )
)
def test_every_due_reminder_is_in_one_sms(rows: list[tuple[int, str, str, int]]) -> None:
    reminders = [
        Due(index, event, f"{before}h", number, start, start - timedelta(hours=before), PARIS)
        for index, (hours, number, event, before) in enumerate(rows)
        for start in [local(MORNING) + timedelta(hours=hours)]
    ]
    groups = merge(reminders)
    assert sorted(each.row_id for group in groups for each in (*group.named, *group.silent)) == list(range(len(rows)))
    for group in groups:
        assert len({(each.recipient, each.day) for each in (*group.named, *group.silent)}) == 1
        assert len({each.event for each in group.named}) == len(group.named)
        assert {each.event for each in group.silent} <= {each.event for each in group.named}
        assert list(group.named) == sorted(group.named, key=lambda each: (each.start_at, each.row_id))
