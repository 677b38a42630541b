"""Which calendars a connection opens: seen at first, on demand and once a day, and never in the way of what is read."""

from datetime import timedelta

import pytest

from gateway.calendar import calendars
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import ConnectionState, FeedFault, LetterKind
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, paris
from tests.clock import StoppedClock

AWAY = FeedError(FeedFault.UNAVAILABLE, "503")


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_provider_that_does_not_list_is_not_asked_again_at_once(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock, *, enabled: bool
) -> None:
    alice = await open_practice()
    if not enabled:
        await alice.change(enabled_at=None, next_poll_at=None)
    server.unlisted = AWAY
    await alice.list_anew()
    for _ in range(5):
        await alice.sync()
    assert server.listings == 1
    clock.advance(timedelta(minutes=6))
    server.unlisted = None
    await alice.sync()
    assert (await alice.linked()).listed_at == clock.now()


async def test_that_it_does_not_list_shows_until_it_does(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    server.unlisted = AWAY
    await alice.list_anew()
    await alice.sync()
    assert (await alice.linked()).fault is FeedFault.UNAVAILABLE
    server.unlisted = None
    clock.advance(timedelta(minutes=6))
    await alice.sync()
    assert (await alice.linked()).fault is None


async def test_what_does_not_mend_itself_is_tried_again_after_hours(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await alice.change(enabled_at=None, next_poll_at=None)
    server.unlisted = FeedError(FeedFault.TOO_LARGE, "pages")
    await alice.list_anew()
    await alice.sync()
    clock.advance(timedelta(hours=1))
    assert await alice.sync() == 0
    clock.advance(timedelta(hours=6))
    assert await alice.sync() == 1


@pytest.mark.parametrize("error", [AWAY, ValueError("06 39 98 12 34"), FeedError(FeedFault.SCOPE_MISSING)])
async def test_calendars_that_are_known_are_read_whether_or_not_they_can_be_listed(
    open_practice: Opening, server: MemoryCalendar, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What breaks there would else end all reminders of a connection, and nobody would know."""
    alice = await open_practice()
    await server.create(WRITTEN, paris("2026-11-25T10:00"))
    server.unlisted = error
    await alice.list_anew()
    await alice.sync()
    assert len(await alice.reminders()) == 1
    assert (await alice.linked()).state is ConnectionState.ACTIVE
    assert "06 39" not in caplog.text


async def test_more_calendars_than_anybody_has_keep_none_from_being_read(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, paris("2026-11-25T10:00"))
    feed = alice.bridge.feeds[(await alice.calendar()).provider]
    feed.servers |= {f"c{number}": MemoryCalendar(f"c{number}") for number in range(251)}  # type: ignore[attr-defined]  # in memory
    await alice.list_anew()
    await alice.sync()
    assert len(await alice.reminders()) == 1
    assert (await alice.linked()).fault is FeedFault.TOO_LARGE


async def test_a_refusal_to_list_ends_a_connection_of_which_nothing_is_read(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await alice.change(enabled_at=None, next_poll_at=None)
    server.revoked = True
    await alice.list_anew()
    await alice.sync()
    assert (await alice.linked()).state is ConnectionState.NEEDS_CONSENT
    assert await alice.letters() == [LetterKind.CONSENT_LOST]


async def test_what_breaks_for_one_client_keeps_no_other_from_being_read(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, paris("2026-11-25T10:00"))
    other = MemoryCalendar("broken")
    key = await alice.add(other)
    await alice.engine.write(lambda connection: calendars.change(connection, key, settings={"hours": 7}))
    with pytest.raises(TypeError):
        await alice.sync()
    assert len(await alice.reminders()) == 1
