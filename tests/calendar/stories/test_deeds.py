"""Whatever its owner does to an event, at whatever moment: exactly the right SMS, or none, and the ledger says why."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.calendar.practice import LATE, MOBILE, WRITTEN, Practice, paris
from tests.calendar.server import CalendarServer
from tests.clock import StoppedClock

Open = Callable[..., Awaitable[Practice]]

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)
NEXT_DAY = START + timedelta(days=1)
ELSE = "06 39 98 56 78"
OTHER = "+33639985678"

#: When the owner acts: before we know of the event, when its reminder is planned, and a moment before it leaves.
MOMENTS = (DUE - timedelta(days=1), DUE - timedelta(hours=9), DUE - timedelta(minutes=1))

#: An event for each moment, every one with a number of its own, and the number that may take its place.
NUMBERS = ("06 39 98 12 34", "06 39 98 12 35", "06 39 98 12 36")
INSTEAD = ("06 39 98 56 34", "06 39 98 56 35", "06 39 98 56 36")

Act = Callable[[CalendarServer, str, int], Awaitable[None]]


@dataclass(frozen=True)
class Deed:
    """What the owner does to the event of a moment, and what must come of it."""

    act: Act
    starts: timedelta | None = timedelta()  # so much later than START is what the SMS tells; None: there is none
    instead: bool = False  # and the other number is texted
    because: str | None = None  # in the ledger


async def _nothing(server: CalendarServer, handle: str, moment: int) -> None:
    """The owner leaves it as it is."""


async def _cancel_and_back(server: CalendarServer, handle: str, moment: int) -> None:
    await server.cancel(handle)
    await server.uncancel(handle)


async def _move_and_back(server: CalendarServer, handle: str, moment: int) -> None:
    await server.move(handle, NEXT_DAY)
    await server.move(handle, START)


DAY, HOUR = timedelta(days=1), timedelta(hours=1)

DEEDS = {
    "nothing": Deed(_nothing),
    "moved a day": Deed(lambda server, handle, _: server.move(handle, START + DAY), DAY),
    "moved an hour": Deed(lambda server, handle, _: server.move(handle, START + HOUR), HOUR),
    "moved and moved back": Deed(_move_and_back),
    "cancelled": Deed(lambda server, handle, _: server.cancel(handle), None, because="event_"),
    "cancelled and taken back": Deed(_cancel_and_back),
    "called off in its title": Deed(
        lambda server, handle, moment: server.edit(handle, title=f"Canceled: {NUMBERS[moment]}"), None, because="event_"
    ),
    "deleted": Deed(lambda server, handle, _: server.delete(handle), None, because="event_gone"),
    "number removed": Deed(
        lambda server, handle, _: server.edit(handle, title="Mme Dupont"), None, because="no_number"
    ),
    "number changed": Deed(lambda server, handle, moment: server.edit(handle, title=INSTEAD[moment]), instead=True),
    "text changed": Deed(lambda server, handle, _: server.edit(handle, description="Apporter la carte Vitale")),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
async def test_an_event(open_practice: Open, server: CalendarServer, deed: Deed) -> None:
    alice = await open_practice()
    handles = [await server.create(number, START) for number in NUMBERS]
    for moment, (handle, instant) in enumerate(zip(handles, MOMENTS, strict=True)):
        if moment:  # before the first nothing is read
            await alice.until(instant)
        await deed.act(server, handle, moment)
    await alice.until(START + DAY)
    texted = INSTEAD if deed.instead else NUMBERS
    expected = [] if deed.starts is None else [(international(each), START + deed.starts) for each in texted]
    assert sorted(await told(alice)) == expected
    lines = [each for each in await alice.ledger() if deed.because is None or deed.because in each]
    assert len(lines) == len(await alice.events()) >= len(NUMBERS) - (deed.starts is None)


async def test_an_event_that_moves_after_its_reminder_left_is_told_again(
    open_practice: Open, server: CalendarServer
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    await server.move(handle, NEXT_DAY)
    await alice.until(NEXT_DAY + timedelta(days=1))
    assert await told(alice) == [(MOBILE, START), (MOBILE, NEXT_DAY)]


async def test_an_event_that_moves_after_its_reminder_left_is_left_alone_where_the_client_wants_it_so(
    open_practice: Open, server: CalendarServer
) -> None:
    alice = await open_practice(again_after_move=False)
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    await server.move(handle, NEXT_DAY)
    await alice.until(NEXT_DAY + timedelta(days=1))
    assert await told(alice) == [(MOBILE, START)]
    assert await alice.ledger() == ["sent", "not_sent: event_moved"]


async def test_after_its_reminder_left_cancelling_and_taking_back_sends_nothing_more(
    open_practice: Open, server: CalendarServer
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    await server.cancel(handle)
    await alice.until(DUE + timedelta(hours=7))
    await server.uncancel(handle)
    await alice.until(NEXT_DAY)
    assert await told(alice) == [(MOBILE, START)]


async def test_a_series_is_reminded_occurrence_by_occurrence(open_practice: Open, server: CalendarServer) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START, weeks=4)
    await alice.until(DUE + timedelta(hours=1))
    await server.move_occurrence(handle, 1, START + timedelta(weeks=1, days=1))
    await server.delete_occurrence(handle, 2)
    await alice.until(START + timedelta(weeks=4))
    assert await told(alice) == [
        (MOBILE, START),
        (MOBILE, START + timedelta(weeks=1, days=1)),
        (MOBILE, START + timedelta(weeks=3)),
    ]


async def test_a_series_whose_number_changes_texts_the_new_one_from_then_on(
    open_practice: Open, server: CalendarServer
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START, weeks=2)
    await alice.until(DUE + timedelta(hours=1))
    await server.edit(handle, title=ELSE)
    await alice.until(START + timedelta(weeks=2))
    sent = await told(alice)
    assert (sent[0], sent[-1]) == ((MOBILE, START), (OTHER, START + timedelta(weeks=1)))


async def test_over_a_change_of_the_clock_the_hour_on_the_wall_counts(
    open_practice: Open, server: CalendarServer, clock: StoppedClock
) -> None:
    """Moved from the last day of winter time into summer time: the evening before is at 18:00 on either clock."""
    saturday, monday = paris("2027-03-27T10:00"), paris("2027-03-29T10:00")
    clock.set(paris("2027-03-25T09:00"))
    alice = await open_practice(rules=("1d@18:00", "1d"))
    handle = await server.create(WRITTEN, saturday)
    await alice.until(paris("2027-03-25T17:00"))
    await server.move(handle, monday)
    await alice.until(monday)
    assert await told(alice) == [(MOBILE, monday)] * 2
    assert [each.created_at - LATE for each in await alice.messages()] == [
        paris("2027-03-28T10:00"),
        paris("2027-03-28T18:00"),
    ]


async def test_lost_cursors_cost_nothing(open_practice: Open, server: CalendarServer) -> None:
    alice = await open_practice()
    gone, kept = await server.create(ELSE, START), await server.create(WRITTEN, START)
    await alice.run()
    await server.delete(gone)
    await server.expire_cursors()
    await alice.until(NEXT_DAY)
    assert await told(alice) == [(MOBILE, START)]
    assert kept != gone


async def test_a_revoked_consent_stops_everything_and_is_told(open_practice: Open, server: CalendarServer) -> None:
    alice = await open_practice(rules=("2h",))
    await server.create(WRITTEN, START)
    await alice.until(START - timedelta(hours=8))
    await server.revoke()
    await alice.until(START)
    assert (await told(alice), await alice.ledger()) == ([], ["not_sent: consent_missing"])
    assert "consent_lost" in await alice.letters()


async def test_an_outage_of_hours_delays_and_loses_nothing(open_practice: Open, server: CalendarServer) -> None:
    alice = await open_practice(polled=timedelta(minutes=30))
    await server.create(WRITTEN, START)
    await alice.until(DUE - timedelta(hours=5))
    await server.fail(12)
    await alice.until(START)
    assert await told(alice) == [(MOBILE, START)]


async def test_throttling_is_obeyed_and_loses_nothing(open_practice: Open, server: CalendarServer) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.run()
    await server.fail(2, retry_after=timedelta(minutes=10))
    await alice.until(START)
    assert await told(alice) == [(MOBILE, START)]


async def told(alice: Practice) -> list[tuple[str, datetime]]:
    """Who was texted about which start: what the text says must be what the ledger says."""
    by_message: dict[int, Any] = {each.message_id: each for each in await alice.reminders() if each.message_id}
    messages = await alice.messages()
    for each in messages:
        start = by_message[each.message_id].start_at.astimezone(START.tzinfo)
        assert f"{start:%H}h{start:%M}" in each.body
        assert str(start.day) in each.body
    return [(each.recipient, by_message[each.message_id].start_at.astimezone(START.tzinfo)) for each in messages]


def international(number: str) -> str:
    """A French number in international form."""
    return "+33" + number.replace(" ", "")[1:]
