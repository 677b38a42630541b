"""The laws of the changes to the ledger: a move is an update, nothing sent is touched, asking twice changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.schedule import (
    Appointment,
    Cancel,
    Change,
    Existing,
    Insert,
    Keep,
    Offset,
    Planned,
    Schedule,
    Update,
    desired,
    diff,
)
from gateway.calendar.words import EventStatus, ReminderState
from plans.words import Reason
from tests.calendar.schedule.test_planning import LONG_BEFORE, NUMBER, SCHEDULES, WEDNESDAY, appointment, schedule
from tests.calendar.schedule.test_rules import PARIS, local

OTHER = "+33639984321"
THURSDAY = "2026-12-03 14:00"


def applied(rows: Iterable[Existing], changes: Iterable[Change]) -> list[Existing]:
    """The ledger after the changes, which have to name every row of it once."""
    ledger = {row.row_id: row for row in rows}
    touched = [change.row_id for change in changes if not isinstance(change, Insert)]
    assert sorted(touched) == sorted(ledger)
    for change in changes:
        match change:
            case Insert(row):
                row_id = max(ledger, default=0) + 1
                ledger[row_id] = stored(row_id, row)
            case Update(row_id, row):
                assert ledger[row_id].state in {*OPEN, ReminderState.NOT_SENT}
                ledger[row_id] = stored(row_id, row)
            case Cancel(row_id, reason):
                assert ledger[row_id].state in OPEN
                ledger[row_id] = replace(ledger[row_id], state=ReminderState.NOT_SENT, reason=reason)
            case Keep():
                pass
    keys = [(row.event, row.recipient, row.offset) for row in ledger.values()]
    assert len(keys) == len(set(keys))
    return list(ledger.values())


OPEN = (ReminderState.PLANNED, ReminderState.WAITING)


def stored(row_id: int, row: Planned) -> Existing:
    state = ReminderState.PLANNED if row.reason is None else ReminderState.NOT_SENT
    return Existing(row_id, row.event, row.offset, row.recipient, row.start_at, row.due_at, state, row.reason)


def sync(
    ledger: Sequence[Existing], event: Appointment, rules: Schedule, now: datetime = LONG_BEFORE
) -> list[Existing]:
    """The ledger after what is desired was brought about, which then has to stand."""
    after = applied(ledger, diff(ledger, desired(event, rules, now), now))
    assert all(isinstance(change, Keep) for change in diff(after, desired(event, rules, now), now))
    return after


def sent(row: Existing) -> Existing:
    return replace(row, state=ReminderState.SENT)


def told(ledger: Iterable[Existing]) -> list[str]:
    """For each row its state, or why it was not sent."""
    return [row.reason or row.state for row in sorted(ledger, key=lambda row: row.row_id)]


def test_a_new_event_is_inserted_once() -> None:
    rules = schedule("24h", "2h")
    changes = diff([], desired(appointment(), rules, LONG_BEFORE), LONG_BEFORE)
    assert [type(change) for change in changes] == [Insert, Insert]
    assert told(sync([], appointment(), rules)) == ["planned", "planned"]


def test_a_move_is_an_update_of_the_row() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    (moved,) = sync([row], appointment(THURSDAY), rules)
    assert moved.row_id == row.row_id
    assert (moved.start_at, moved.due_at) == (local(THURSDAY), local("2026-12-02 14:00"))


def test_a_cancelled_event_cancels_and_an_uncancelled_one_revives_the_same_row() -> None:
    rules = schedule("24h")
    planned = sync([], appointment(), rules)
    cancelled = sync(planned, appointment(status=EventStatus.CANCELLED), rules)
    assert told(cancelled) == [Reason.EVENT_CANCELLED]
    assert sync(cancelled, appointment(), rules) == planned


def test_an_uncancelled_event_is_reminded_of_late_rather_than_never() -> None:
    rules = schedule("24h")
    cancelled = sync(sync([], appointment(), rules), appointment(status=EventStatus.CANCELLED), rules)
    assert told(sync(cancelled, appointment(), rules, local("2026-12-02 09:00"))) == ["planned"]
    assert told(sync(cancelled, appointment(), rules, local("2026-12-02 13:45"))) == [Reason.TOO_LATE]


def test_what_nobody_wants_any_more_is_cancelled_for_the_reason_given() -> None:
    rules = schedule("24h", "2h")
    planned = sync([], appointment(), rules)
    assert told(sync(planned, appointment(), schedule("24h"))) == ["planned", Reason.RULE_REMOVED]
    gone = diff(planned, [], LONG_BEFORE, gone=Reason.EVENT_GONE)
    assert gone == [Cancel(row.row_id, Reason.EVENT_GONE) for row in planned]


@pytest.mark.parametrize("state", [ReminderState.SENT, ReminderState.DELIVERED, ReminderState.ANSWERED])
@pytest.mark.parametrize(
    "event",
    [appointment(), appointment(status=EventStatus.CANCELLED), appointment(recipient=None), appointment(answered=True)],
    ids=["same", "cancelled", "no number", "answered"],
)
def test_what_was_sent_is_never_touched(event: Appointment, state: ReminderState) -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    now = local("2026-12-01 14:01")
    assert diff([replace(row, state=state)], desired(event, rules, now), now) == [Keep(row.row_id)]


def test_a_move_after_the_reminder_was_sent_says_so_and_sends_nothing() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    after = sync([sent(row)], appointment("2026-12-10 14:00"), rules, local("2026-12-01 15:00"))
    assert told(after) == ["sent", Reason.EVENT_MOVED]


def test_a_move_after_the_reminder_was_sent_is_told_where_the_calendar_says_so() -> None:
    rules = schedule("24h", moved=True)
    (row,) = sync([], appointment(), rules)
    now = local("2026-12-01 15:00")
    after = sync([sent(row)], appointment("2026-12-10 14:00"), rules, now)
    assert told(after) == ["sent", "planned"]
    assert after[1].offset == "24h>20261210T1300Z"
    assert after[1].due_at == local("2026-12-09 14:00")
    twice = sync(after, appointment("2026-12-11 14:00"), rules, now)
    assert [row.offset for row in twice] == ["24h", "24h>20261211T1300Z"]
    overdue = sync(twice, appointment("2026-12-11 14:00"), rules, local("2026-12-10 15:00"))
    assert told(overdue) == ["sent", "planned"]
    assert told(sync(twice, appointment(), rules, now)) == ["sent", Reason.EVENT_MOVED]  # moved back


def test_two_starts_within_a_minute_are_two_reminders() -> None:
    """Files know seconds: a row that takes the name of another would stop its calendar for good."""
    rules, now = schedule("24h", moved=True), local("2026-12-01 15:00")
    (first,) = sync([], appointment(), rules)
    moves = ("2026-12-10 14:00", "2026-12-10 14:00:01", "2026-12-10 14:00:10")
    ledger = [sent(first)]
    for start in moves:
        ledger = [sent(row) for row in sync(ledger, appointment(start), rules, now)]
    assert len({row.offset for row in ledger}) == len(ledger) == 1 + len(moves)


def test_a_move_after_sending_is_not_told_where_its_time_has_passed() -> None:
    rules = schedule("24h", moved=True)
    (row,) = sync([], appointment(), rules)
    after = sync([sent(row)], appointment("2026-12-02 16:00"), rules, local("2026-12-01 17:00"))
    assert told(after) == ["sent", Reason.EVENT_MOVED]


def test_an_appointment_that_another_reminder_named_counts_as_told() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    named = replace(row, state=ReminderState.NOT_SENT, reason=Reason.MERGED)
    assert sync([named], appointment(), rules, local("2026-12-01 15:00")) == [named]
    assert told(sync([named], appointment(THURSDAY), rules, local("2026-12-01 15:00"))) == [
        Reason.MERGED,
        Reason.EVENT_MOVED,
    ]


def test_a_number_that_is_removed_and_written_again_has_one_row() -> None:
    rules = schedule("24h")
    planned = sync([], appointment(), rules)
    without = sync(planned, appointment(recipient=None), rules)
    assert told(without) == [Reason.NO_NUMBER]
    assert without[0].recipient == ""
    assert sync(without, appointment(), rules) == planned
    assert sync(without, appointment(recipient=OTHER), rules)[0].recipient == OTHER


def test_another_number_gets_what_the_first_one_got() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    after = sync([sent(row)], appointment(recipient=OTHER), rules, local("2026-12-01 15:00"))
    assert [(each.recipient, each.state) for each in after] == [(NUMBER, "sent"), (OTHER, "planned")]
    back = sync(after, appointment(), rules, local("2026-12-01 15:00"))
    assert told(back) == ["sent", Reason.EVENT_MOVED]


def test_what_was_refused_when_due_is_not_tried_again_until_the_event_moves() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    refused = replace(row, state=ReminderState.NOT_SENT, reason=Reason.NO_CREDIT)
    now = local("2026-12-01 15:00")
    assert sync([refused], appointment(), rules, now) == [refused]
    assert sync([refused], appointment(status=EventStatus.CANCELLED), rules, now) == [refused]
    assert told(sync([refused], appointment("2026-12-09 14:00"), rules, now)) == ["planned"]
    assert told(sync([refused], appointment("2026-12-02 11:00"), rules, now)) == [Reason.NO_CREDIT]


def test_a_waiting_row_waits_on_as_long_as_it_is_wanted() -> None:
    rules = schedule("24h")
    (row,) = sync([], appointment(), rules)
    waiting = replace(row, state=ReminderState.WAITING, due_at=local("2026-12-01 16:00"), reason=Reason.NO_CREDIT)
    now = local("2026-12-01 15:00")
    assert sync([waiting], appointment(), rules, now) == [waiting]
    assert told(sync([waiting], appointment(THURSDAY), rules, now)) == ["planned"]
    assert told(sync([waiting], appointment(status=EventStatus.CANCELLED), rules, now)) == [Reason.EVENT_CANCELLED]


def test_a_reminder_that_came_too_late_keeps_the_first_reason() -> None:
    rules = schedule("24h")
    late = appointment(booked_at=local("2026-12-01 15:00"))
    booked = sync([], late, rules, local("2026-12-01 15:00"))
    assert sync(booked, late, rules, local("2026-12-05 15:00")) == booked


def test_a_missed_row_whose_event_moves_on_is_planned_again() -> None:
    rules = schedule("24h")
    missed = sync(sync([], appointment(), rules), appointment(), rules, local("2026-12-02 13:45"))
    assert told(missed) == [Reason.TOO_LATE]
    assert told(sync(missed, appointment("2026-12-09 14:00"), rules, local("2026-12-02 13:45"))) == ["planned"]


def test_a_surplus_row_is_cancelled() -> None:
    (row,) = sync([], appointment(), schedule("24h"))
    surplus = replace(row, row_id=2, recipient=OTHER)
    assert told(sync([row, surplus], appointment(), schedule("24h"))) == ["planned", Reason.DUPLICATE]


def test_thousands_of_events_are_judged_at_once_and_apart() -> None:
    events = [replace(appointment(), event=f"uid-{number}") for number in range(1000)]
    wanted = [row for event in events for row in desired(event, schedule("24h", "2h"), LONG_BEFORE)]
    ledger = applied([], diff([], wanted, LONG_BEFORE))
    moved = [replace(row, start_at=row.start_at + timedelta(hours=1)) for row in wanted]
    changes = diff(ledger, moved, LONG_BEFORE)
    assert len(changes) == 2000
    assert all(isinstance(change, Update) for change in changes)
    events_of = {row.row_id: row.event for row in ledger}
    assert all(isinstance(change, Update) and events_of[change.row_id] == change.row.event for change in changes)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3000),  # minutes that go by
        st.integers(-2000, 6000),  # minutes from WEDNESDAY at which it starts
        st.sampled_from([*[EventStatus.CONFIRMED] * 4, EventStatus.CANCELLED, EventStatus.TENTATIVE]),
        st.sampled_from([NUMBER, NUMBER, OTHER, None]),
        st.sampled_from(["nothing", "nothing", "send", "refuse", "hold", "merge"]),
    ),
    max_size=8,
)


def happen(row: Existing, what: str, now: datetime) -> Existing:
    """What the sending side does to a row that is due."""
    if row.state not in OPEN or row.due_at > now or what == "nothing":
        return row
    states = {
        "send": (ReminderState.SENT, None),
        "refuse": (ReminderState.NOT_SENT, Reason.OPTED_OUT),
        "hold": (ReminderState.WAITING, Reason.NO_CREDIT),
        "merge": (ReminderState.NOT_SENT, Reason.MERGED),
    }
    state, reason = states[what]
    return replace(row, state=state, reason=reason, due_at=row.due_at + timedelta(minutes=5 * (what == "hold")))


@given(steps=STEPS, rules=SCHEDULES, moved=st.booleans())
def test_whatever_happens_the_ledger_converges_and_sends_one_reminder_per_start_number_and_rule(
    steps: list[tuple[int, int, EventStatus, str | None, str]], rules: Schedule, *, moved: bool
) -> None:
    now, ledger = LONG_BEFORE + timedelta(days=29), list[Existing]()
    rules = replace(rules, moved=moved)
    for minutes, shift, status, number, what in steps:
        now += timedelta(minutes=minutes)
        event = Appointment("uid-1", local(WEDNESDAY) + timedelta(minutes=shift), PARIS, status, number, edited_at=now)
        before = ledger
        ledger = sync(before, event, rules, now)
        for row in ledger:
            assert row.state not in OPEN or (status, row.recipient) == (EventStatus.CONFIRMED, number)
            assert row.state is not ReminderState.PLANNED or row.start_at > now
        assert [row for row in before if row.state is ReminderState.SENT] == [
            row for row in ledger if row.state is ReminderState.SENT
        ]
        ledger = [happen(row, what, now) for row in ledger]
    names = [(row.recipient, row.offset.partition(">")[0], row.start_at) for row in ledger if row.state == "sent"]
    assert len(names) == len(set(names))


@given(steps=STEPS)
def test_without_the_option_a_number_hears_of_each_rule_once(
    steps: list[tuple[int, int, EventStatus, str | None, str]],
) -> None:
    rules, now, ledger = schedule("24h", "2h"), LONG_BEFORE + timedelta(days=29), list[Existing]()
    for minutes, shift, status, number, what in steps:
        now += timedelta(minutes=minutes)
        event = Appointment("uid-1", local(WEDNESDAY) + timedelta(minutes=shift), PARIS, status, number)
        ledger = [happen(row, what, now) for row in sync(ledger, event, rules, now)]
    names = [(row.recipient, row.offset) for row in ledger if row.state == "sent"]
    assert len(names) == len(set(names))
    assert {offset for _, offset in names} <= {Offset(rule.rule).name for rule in rules.offsets}
