"""Rows that stay: when each may be taken, and what a worker may still say about it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from gateway.calendar.tables import reminder
from gateway.calendar.words import ReminderState
from gateway.engine.database import Engine
from gateway.engine.queue import Claim
from gateway.engine.timetable import Timetable
from tests.clock import MONDAY_MORNING, StoppedClock

REMINDERS = Timetable(reminder, key="reminder_id")
LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


def rows(*look_at: datetime | None) -> Callable[[Connection], None]:
    """The unit that enters a row for each time, with ids from 1."""

    def unit(connection: Connection) -> None:
        connection.execute(
            insert(reminder),
            [
                {
                    "account_id": 7,
                    "reminder_id": number,
                    "calendar_id": 1,
                    "event_id": number,
                    "offset_key": "24h",
                    "recipient": "",
                    "start_at": MONDAY_MORNING,
                    "due_at": MONDAY_MORNING,
                    "state": ReminderState.PLANNED,
                    "round": 0,
                    "version": 1,
                    "look_at": at,
                }
                for number, at in enumerate(look_at, 1)
            ],
        )

    return unit


async def claim(engine: Engine, limit: int = 10, worker: int = 1) -> list[Claim]:
    """Claim in a unit of its own."""
    now = engine.clock.now()
    return await engine.write(
        lambda connection: REMINDERS.claim(connection, worker=worker, now=now, lease=LEASE, limit=limit)
    )


async def settle(engine: Engine, claims: list[Claim], look_at: datetime | None = None) -> set[int]:
    """Give back in a unit of its own."""
    return await engine.write(lambda connection: REMINDERS.settle(connection, [(each, look_at) for each in claims]))


def ids(claims: list[Claim]) -> list[int]:
    """Which rows were taken."""
    return [each.row_id for each in claims]


async def test_what_is_due_is_taken_and_what_is_not_is_left(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now(), clock.now() + MINUTE, None, clock.now() - MINUTE))
    assert ids(await claim(engine)) == [1, 4]


async def test_of_more_than_fit_the_longest_due_go_first(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(*(clock.now() - each * MINUTE for each in range(1, 6))))
    assert ids(await claim(engine, limit=2)) == [4, 5]


async def test_a_row_that_is_held_comes_back_when_its_lease_ends(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now()))
    (first,) = await claim(engine)
    assert await claim(engine, worker=2) == []
    clock.advance(LEASE)
    (second,) = await claim(engine, worker=2)
    assert (second.epoch, second.attempts) == (first.epoch + 1, 2)
    assert await settle(engine, [first]) == set()
    assert await settle(engine, [second]) == {1}


async def test_a_row_is_given_back_until_its_next_time_or_for_good(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now(), clock.now()))
    first, second = await claim(engine)
    await settle(engine, [first], clock.now() + MINUTE)
    await settle(engine, [second])
    clock.advance(MINUTE)
    assert ids(await claim(engine)) == [1]


async def test_rows_may_be_held_before_they_are_due_but_only_by_one(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now() + MINUTE, clock.now(), None))
    await claim(engine)  # the second
    now = clock.now()

    def unit(connection: Connection) -> list[Claim]:
        return REMINDERS.hold(connection, [(7, 1), (7, 2), (7, 3), (7, 4)], worker=2, now=now, lease=LEASE)

    assert ids(await engine.write(unit)) == [1, 3]


async def test_a_lease_is_held_on_by_whoever_has_it_and_nobody_else(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now()))
    claims = await claim(engine)
    later = clock.now() + 5 * MINUTE
    assert await engine.write(lambda connection: REMINDERS.renew(connection, claims, later)) == {1}
    clock.advance(LEASE)
    assert await claim(engine, worker=2) == []
    await engine.write(lambda connection: connection.execute(update(reminder).values(claim_epoch=99)))
    assert await engine.write(lambda connection: REMINDERS.renew(connection, claims, later)) == set()


async def test_whoever_lost_a_row_learns_it_before_recording_anything(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now(), clock.now()))
    claims = await claim(engine)
    taken = update(reminder).where(reminder.c.reminder_id == 2).values(claimed_by=None)
    await engine.write(lambda connection: connection.execute(taken))
    assert await engine.write(lambda connection: REMINDERS.still_held(connection, claims)) == {1}


async def test_what_a_dead_process_held_is_due_at_once(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(clock.now(), clock.now() + MINUTE))
    await claim(engine)
    assert await engine.write(REMINDERS.free_leases) == 1
    assert ids(await claim(engine, worker=2)) == [1]


async def test_giving_back_nothing_asks_nothing(engine: Engine) -> None:
    assert await settle(engine, []) == set()


async def test_a_thousand_rows_are_given_back_in_one_statement(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(*(clock.now() for _ in range(1_000))))
    claims = await claim(engine, limit=1_000)
    times = [(each, clock.now() + each.row_id * MINUTE) for each in claims]
    assert len(await engine.write(lambda connection: REMINDERS.settle(connection, times))) == 1_000
    row = reminder.c
    found = await engine.read(
        lambda connection: connection.execute(select(row.reminder_id, row.look_at).order_by(row.reminder_id)).all()
    )
    assert [each.look_at for each in found] == [clock.now() + number * MINUTE for number in range(1, 1_001)]
