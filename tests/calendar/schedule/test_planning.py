"""The laws of what is desired: a row for every rule, each to be sent at its time or not and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.calendar.schedule import (
    Appointment,
    Before,
    DayBefore,
    Offset,
    Planned,
    Rule,
    Schedule,
    departure,
    desired,
    next_open,
    parse_rule,
)
from gateway.calendar.words import EventStatus
from plans.windows import Hours
from plans.words import Reason
from tests.calendar.schedule.test_hours import DAYTIME, WEEKS
from tests.calendar.schedule.test_notation import RULES
from tests.calendar.schedule.test_rules import INSTANTS, PARIS, ZONES, local

NUMBER = "+33639981234"
WEDNESDAY = "2026-12-02 14:00"
LONG_BEFORE = local("2026-11-01 10:00")
EVERY_DAY = (Hours(time(8), time(20)),) * 7


class Known(TypedDict, total=False):
    """What an appointment may be told to differ in."""

    status: EventStatus
    recipient: str | None
    unreachable: Reason
    booked_at: datetime
    edited_at: datetime
    answered: bool
    clock: ZoneInfo


class Settings(TypedDict, total=False):
    """What a schedule may be told to differ in."""

    all_day: time
    tentative: bool
    moved: bool


def appointment(start: str = WEDNESDAY, **values: Unpack[Known]) -> Appointment:
    known = Appointment("uid-1", local(start), PARIS, recipient=NUMBER)
    return replace(known, **values)


def schedule(*words: str, hours: tuple[Hours | None, ...] = (), **values: Unpack[Settings]) -> Schedule:
    return replace(Schedule(tuple(Offset(parse_rule(word)) for word in words), hours), **values)


def said(rows: Sequence[Planned]) -> list[str]:
    """For each row when it is due in Paris, or why not."""
    return [row.reason or f"{row.due_at.astimezone(PARIS):%Y-%m-%d %H:%M}" for row in rows]


def test_every_rule_has_its_row_with_the_time_it_is_due() -> None:
    rows = desired(appointment(), schedule("2d", "1d@18:00", "2h"), LONG_BEFORE)
    assert [row.offset for row in rows] == ["2d", "1d@18:00", "2h"]
    assert said(rows) == ["2026-11-30 14:00", "2026-12-01 18:00", "2026-12-02 12:00"]
    assert {(row.event, row.recipient, row.start_at) for row in rows} == {("uid-1", NUMBER, local(WEDNESDAY))}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"status": EventStatus.CANCELLED}, Reason.EVENT_CANCELLED),
        ({"status": EventStatus.DECLINED}, Reason.EVENT_DECLINED),
        ({"status": EventStatus.TENTATIVE}, Reason.EVENT_TENTATIVE),
        ({"recipient": None}, Reason.NO_NUMBER),
        ({"recipient": None, "unreachable": Reason.NUMBER_AMBIGUOUS}, Reason.NUMBER_AMBIGUOUS),
        ({"answered": True}, Reason.ALREADY_ANSWERED),
        ({"recipient": None, "status": EventStatus.CANCELLED}, Reason.EVENT_CANCELLED),
    ],
)
def test_an_event_that_forbids_reminders_has_rows_that_say_so(values: Known, reason: Reason) -> None:
    for now in (LONG_BEFORE, local("2027-06-01 10:00")):
        assert said(desired(appointment(**values), schedule("24h", "2h"), now)) == [reason, reason]


def test_tentative_events_are_reminded_of_where_the_calendar_says_so() -> None:
    tentative = appointment(status=EventStatus.TENTATIVE)
    assert said(desired(tentative, schedule("2h", tentative=True), LONG_BEFORE)) == ["2026-12-02 12:00"]


def test_an_all_day_event_starts_at_the_hour_that_the_calendar_gives_it() -> None:
    birthday = Appointment("uid-1", date(2026, 12, 2), PARIS, recipient=NUMBER)
    assert said(desired(birthday, schedule("24h", "2d@09:00", "0d@08:00"), LONG_BEFORE)) == [
        "2026-12-01 12:00",
        "2026-11-30 09:00",
        "2026-12-02 08:00",
    ]
    assert said(desired(birthday, schedule("2h", all_day=time(9)), LONG_BEFORE)) == ["2026-12-02 07:00"]


def test_an_all_day_event_whose_hour_is_left_out_starts_when_the_clock_has_passed_it() -> None:
    night = Appointment("uid-1", date(2027, 3, 28), PARIS, recipient=NUMBER)
    (row,) = desired(night, schedule("30m", all_day=time(2, 30)), LONG_BEFORE)
    assert row.start_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "word", "expected"),
    [
        ("2026-12-02 14:00", "2h", "2026-12-02 12:00"),
        ("2026-12-02 08:30", "2h", "2026-12-01 19:45"),  # back to the evening before
        ("2026-12-02 22:00", "30m", "2026-12-02 19:45"),
        ("2026-12-07 09:00", "1d", "2026-12-05 19:45"),  # over a closed Sunday
    ],
)
def test_what_falls_into_quiet_hours_leaves_at_the_last_open_moment_before(
    start: str, word: str, expected: str
) -> None:
    assert said(desired(appointment(start), schedule(word, hours=DAYTIME), LONG_BEFORE)) == [expected]


@pytest.mark.parametrize(
    ("start", "booked", "expected"),
    [
        ("2026-12-02 09:00", "2026-12-01 22:00", "2026-12-02 08:00"),  # forward, an hour before the start
        ("2026-12-02 08:15", "2026-12-01 22:00", Reason.QUIET_HOURS),  # forward would be of no use
        ("2026-12-02 09:00", "2026-12-02 07:30", Reason.BOOKED_LATE),
    ],
)
def test_where_the_moment_before_is_over_it_leaves_after_the_quiet_hours_if_of_use(
    start: str, booked: str, expected: str
) -> None:
    event = appointment(start, booked_at=local(booked))
    assert said(desired(event, schedule("2h", hours=DAYTIME), local(booked))) == [expected]


def test_a_calendar_without_an_open_hour_sends_nothing() -> None:
    assert said(desired(appointment(), schedule("2h", hours=(None,) * 7), LONG_BEFORE)) == [Reason.QUIET_HOURS]


def test_quiet_hours_are_those_of_the_recipient() -> None:
    abroad = appointment("2026-12-02 19:00", clock=ZoneInfo("Indian/Reunion"))  # 22:00 there
    assert said(desired(abroad, schedule("2h", hours=EVERY_DAY), LONG_BEFORE)) == ["2026-12-02 16:45"]


def test_nothing_leaves_before_an_edited_event_has_been_still() -> None:
    edited = appointment(edited_at=local("2026-12-01 13:55"))
    assert said(desired(edited, schedule("24h"), local("2026-12-01 13:56"))) == ["2026-12-01 14:05"]


def test_an_edit_long_before_changes_nothing() -> None:
    edited = appointment(edited_at=local("2026-12-01 09:00"))
    assert said(desired(edited, schedule("24h"), local("2026-12-01 09:00"))) == ["2026-12-01 14:00"]


def test_settling_never_makes_a_reminder_too_late() -> None:
    edited = appointment(edited_at=local("2026-12-02 13:25"))
    assert said(desired(edited, schedule("40m"), local("2026-12-02 13:25"))) == ["2026-12-02 13:30"]
    nearer = appointment(edited_at=local("2026-12-02 13:45"))  # the rule asks for less than the calendar's least
    assert said(desired(nearer, schedule("10m"), local("2026-12-02 13:45"))) == ["2026-12-02 13:50"]


def test_settling_into_quiet_hours_waits_for_the_morning_or_does_without() -> None:
    edited = appointment("2026-12-02 14:00", edited_at=local("2026-12-01 19:55"))
    late = schedule("1d@19:50", hours=DAYTIME)
    assert said(desired(edited, late, local("2026-12-01 19:56"))) == ["2026-12-02 08:00"]
    early = replace(edited, start=local("2026-12-02 08:10"))
    assert said(desired(early, late, local("2026-12-01 19:56"))) == ["2026-12-01 19:45"]  # at once


def test_what_was_booked_after_its_time_is_not_sent() -> None:
    booked = appointment(booked_at=local("2026-12-01 15:00"))
    assert said(desired(booked, schedule("24h", "2h"), local("2026-12-01 15:00"))) == [
        Reason.BOOKED_LATE,
        "2026-12-02 12:00",
    ]


def test_a_rule_by_booking_sends_soon_after_it_or_says_that_it_was_late() -> None:
    booked = appointment(booked_at=local("2026-12-02 09:00"))
    assert said(desired(booked, schedule("lead"), local("2026-12-02 09:00"))) == ["2026-12-02 09:10"]
    assert said(desired(booked, schedule("lead+none"), local("2026-12-02 09:00"))) == [Reason.BOOKED_LATE]
    just_now = appointment(booked_at=local("2026-12-02 13:55"))
    assert said(desired(just_now, schedule("lead"), local("2026-12-02 13:55"))) == [Reason.TOO_LATE]


def test_a_rule_does_not_reach_back_behind_the_day_it_was_made() -> None:
    since = local("2026-12-01 20:00")
    both = Schedule((Offset(DayBefore(1, time(18)), since), Offset(Before(minutes=120), since)))
    assert said(desired(appointment(), both, since)) == [Reason.TOO_LATE, "2026-12-02 12:00"]


def test_what_is_past_due_stays_planned_as_long_as_it_is_of_use() -> None:
    for now, expected in (
        ("2026-12-02 12:00", "2026-12-01 14:00"),
        ("2026-12-02 13:30", "2026-12-01 14:00"),
        ("2026-12-02 13:31", Reason.TOO_LATE),
        ("2026-12-02 14:00", Reason.TOO_LATE),
    ):
        assert said(desired(appointment(), schedule("24h"), local(now))) == [expected]


def test_of_several_that_are_past_due_only_the_last_is_sent() -> None:
    rules = schedule("7d", "2d", "24h", "2h")
    assert said(desired(appointment(), rules, local("2026-12-01 16:00"))) == [
        Reason.TOO_LATE,
        Reason.TOO_LATE,
        "2026-12-01 14:00",
        "2026-12-02 12:00",
    ]


def test_two_rules_that_meet_send_once() -> None:
    assert said(desired(appointment(), schedule("24h", "1d"), LONG_BEFORE)) == ["2026-12-01 14:00", Reason.DUPLICATE]


def test_a_rule_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(Refused, match="24h"):
        schedule("24h", "1440m")


@pytest.mark.parametrize(("settle", "least"), [(-1, 30), (10, 0)])
def test_a_reminder_about_what_has_begun_cannot_be_asked_for(settle: int, least: int) -> None:
    with pytest.raises(Refused):
        Schedule((), settle=timedelta(minutes=settle), least=timedelta(minutes=least))


def test_a_feed_is_read_as_far_ahead_as_the_rules_and_the_quiet_hours_reach() -> None:
    assert schedule().reach == timedelta(0)
    assert schedule("24h", "7d").reach == timedelta(days=8)
    assert schedule("24h", hours=DAYTIME).reach == timedelta(days=9)


def leaving(
    rules: Schedule, start: datetime, due: datetime, now: datetime, clock: ZoneInfo = PARIS
) -> datetime | Reason:
    return departure(rules, next_open(rules.hours, now, clock), start, due, now)


APPOINTMENTS = st.builds(
    lambda instant, zone, booked, edited: Appointment(
        "uid-1",
        instant.astimezone(zone),
        zone,
        recipient=NUMBER,
        booked_at=None if booked is None else instant - timedelta(minutes=booked),
        edited_at=None if edited is None else instant - timedelta(minutes=edited),
    ),
    INSTANTS,
    ZONES,
    st.none() | st.integers(0, 90 * 1440),
    st.none() | st.integers(0, 3 * 1440),
)
SCHEDULES = st.builds(
    lambda rules, hours, settle, least: Schedule(
        tuple(map(Offset, rules)), hours, timedelta(minutes=settle), timedelta(minutes=least)
    ),
    st.lists(RULES, max_size=4, unique=True),
    st.just(()) | WEEKS,
    st.integers(0, 60),
    st.integers(1, 240),
)


@given(event=APPOINTMENTS, rules=SCHEDULES, before=st.integers(-1440, 90 * 1440))
def test_what_is_planned_is_due_before_the_start_and_what_is_not_says_why(
    event: Appointment, rules: Schedule, before: int
) -> None:
    assert isinstance(event.start, datetime)
    now = event.start.astimezone(UTC) - timedelta(minutes=before)
    rows = desired(event, rules, now)
    assert len(rows) == len(rules.offsets)
    for row in rows:
        if row.reason is None:
            assert now < row.start_at
            assert row.start_at - rules.reach <= row.due_at < row.start_at
            assert event.booked_at is None or row.due_at >= event.booked_at


@given(event=APPOINTMENTS, rules=SCHEDULES, before=st.integers(0, 90 * 1440))
def test_what_is_planned_leaves_in_open_hours_unless_it_is_past_due(
    event: Appointment, rules: Schedule, before: int
) -> None:
    assert isinstance(event.start, datetime)
    now = event.start.astimezone(UTC) - timedelta(minutes=before)
    for row in desired(event, rules, now):
        if row.reason is None:
            moment = max(row.due_at, now)
            leaves = leaving(rules, row.start_at, row.due_at, moment, event.zone)
            assert isinstance(leaves, datetime)
            assert leaves == moment or row.due_at < now


@given(event=APPOINTMENTS, rules=SCHEDULES, before=st.integers(0, 90 * 1440), later=st.integers(0, 1440))
def test_time_that_goes_by_moves_no_due_time_and_revives_nothing(
    event: Appointment, rules: Schedule, before: int, later: int
) -> None:
    assert isinstance(event.start, datetime)
    now = event.start.astimezone(UTC) - timedelta(minutes=before)
    first, then = desired(event, rules, now), desired(event, rules, now + timedelta(minutes=later))
    for one, other in zip(first, then, strict=True):
        assert one.due_at == other.due_at
        assert one.reason is None or other.reason is not None


@given(event=APPOINTMENTS, rules=st.lists(RULES, min_size=1, max_size=4, unique=True), before=st.integers(0, 90 * 1440))
def test_at_most_one_reminder_of_an_event_is_past_due(event: Appointment, rules: list[Rule], before: int) -> None:
    assert isinstance(event.start, datetime)
    now = event.start.astimezone(UTC) - timedelta(minutes=before)
    rows = desired(event, Schedule(tuple(map(Offset, rules))), now)
    assert sum(row.reason is None and row.due_at <= now for row in rows) <= 1
