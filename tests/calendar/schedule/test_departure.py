"""The laws of a reminder that is due: it leaves now, or after the quiet hours, or never, and why."""

from datetime import timedelta

import pytest

from gateway.calendar.schedule import desired
from plans.words import Reason
from tests.calendar.schedule.test_planning import EVERY_DAY, WEDNESDAY, appointment, leaving, said, schedule
from tests.calendar.schedule.test_rules import PARIS, local


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-01 14:00", "2026-12-01 14:00"),
        ("2026-12-01 23:00", "2026-12-02 08:00"),
        ("2026-12-02 13:30", "2026-12-02 13:30"),
        ("2026-12-02 13:31", Reason.TOO_LATE),
    ],
)
def test_what_is_due_leaves_now_or_after_the_quiet_hours_or_never(now: str, expected: str) -> None:
    rules = schedule("24h", hours=EVERY_DAY)
    leaves = leaving(rules, local(WEDNESDAY), local("2026-12-01 14:00"), local(now))
    assert (leaves if isinstance(leaves, Reason) else f"{leaves.astimezone(PARIS):%Y-%m-%d %H:%M}") == expected


def test_what_is_due_before_an_early_start_is_given_up_in_the_night() -> None:
    rules = schedule("12h", hours=EVERY_DAY)
    start, now = local("2026-12-02 08:10"), local("2026-12-01 21:00")
    assert leaving(rules, start, local("2026-12-01 19:45"), now) is Reason.QUIET_HOURS
    assert said(desired(appointment("2026-12-02 08:10"), rules, now)) == [Reason.QUIET_HOURS]


@pytest.mark.parametrize(
    ("rule", "seconds_late", "leaves"),
    [("30m", 1, True), ("30m", 300, True), ("30m", 301, False), ("4m", 120, True), ("4m", 121, False)],
)
def test_a_rule_that_asks_for_less_leaves_a_moment_after_it_is_due(rule: str, seconds_late: int, leaves: bool) -> None:
    """Whoever sends comes by a moment later; on the minute nothing would ever leave."""
    start = local(WEDNESDAY)
    due = start - timedelta(minutes=int(rule[:-1]))
    now = due + timedelta(seconds=seconds_late)
    assert (leaving(schedule(rule), start, due, now) == now) is leaves


def test_no_reminder_is_ever_about_what_has_begun() -> None:
    start = local(WEDNESDAY)
    assert leaving(schedule("1m"), start, start, start) is Reason.TOO_LATE
