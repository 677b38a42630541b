"""Push channels: they bring the next poll forward, and losing one costs time only."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from gateway.calendar import channels, releases
from gateway.calendar.pushing import keep_pushed
from gateway.calendar.upkeep import Upkeep
from gateway.calendar.words import Provider
from gateway.engine.vault import secret
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
ADDRESS = "https://sms.example/push/google"


async def pushed(open_practice: Opening) -> Practice:
    """Alice's practice, where providers can push to us."""
    alice = await open_practice(polled=timedelta(minutes=15))
    alice.bridge = replace(alice.bridge, push_addresses={Provider.GOOGLE: ADDRESS})
    await alice.run()
    return alice


async def is_awaited(alice: Practice, token: str) -> bool:
    """Whether her provider is still to reach us."""
    return await alice.engine.read(partial(channels.is_awaited, token=token))


async def hint(alice: Practice, name: str, token: str) -> bool:
    """A message comes over a channel."""
    now = alice.clock.now()
    return await alice.engine.write(lambda connection: channels.hint(connection, now, name=name, token=token))


async def test_a_channel_is_opened_with_the_first_poll_and_polls_become_rare(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    assert [address for address, _ in server.told] == [ADDRESS]
    await alice.poll_now()
    await alice.until(clock.now() + timedelta(days=1))
    assert len([each for each in server.requests if each in {"list", "changes"}]) <= 2 + 24 / 6 + 2
    assert len(server.requests) <= 15


async def test_a_push_has_the_calendar_read_at_once(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    await server.create(WRITTEN, START)
    (name,), (_, token) = server.channels, server.told[0]
    assert await hint(alice, name, token)
    await alice.run()
    assert len(await alice.reminders()) == 1


async def test_a_push_that_comes_while_the_calendar_is_being_read_is_not_lost(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    """The provider may have answered already: what it tells of now would wait for hours."""
    alice = await pushed(open_practice)
    (name,), (_, token) = server.channels, server.told[0]

    async def happens() -> None:
        clock.advance(timedelta(seconds=1))
        await server.create(WRITTEN, START)
        assert await hint(alice, name, token)

    server.meanwhile = happens
    await alice.poll_now()
    assert await alice.reminders() == []
    await alice.run()
    assert len(await alice.reminders()) == 1


async def test_a_push_does_not_shorten_the_wait_that_the_provider_asked_for(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    (name,), (_, token) = server.channels, server.told[0]
    await server.fail(1, retry_after=timedelta(minutes=7))
    await alice.poll_now()
    before = len(server.requests)
    clock.advance(timedelta(minutes=1))
    assert await hint(alice, name, token)
    await alice.run()
    assert len(server.requests) == before


async def test_a_push_without_the_token_or_over_no_channel_changes_nothing(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await pushed(open_practice)
    (name,), (_, token) = server.channels, server.told[0]
    assert [await hint(alice, *each) for each in ((name, "guess"), ("guess", token), ("", ""))] == [False] * 3
    before = len(server.requests)
    await alice.run()
    assert len(server.requests) == before


async def test_a_channel_is_renewed_in_time_and_keeps_its_token(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    await alice.until(clock.now() + timedelta(days=21))
    assert server.requests.count("renew") == 1
    (_, first), (_, second) = server.told
    assert first == second


async def test_a_channel_that_the_provider_gives_up_is_renewed_at_once(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    (name,), (_, token) = server.channels, server.told[0]
    now = clock.now()
    await alice.engine.write(lambda connection: channels.renew_now(connection, now, name=name, token=token))
    await alice.run()
    assert server.requests.count("renew") == 1


async def test_a_channel_that_cannot_be_renewed_and_has_ended_is_opened_anew(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    clock.set(paris("2026-12-31T22:00"))  # three hours before it ends
    alice = await pushed(open_practice)
    server.gives_up_channels = True
    await alice.until(paris("2027-01-01T12:00"))
    assert server.requests.count("watch") == 2


async def test_a_channel_that_cannot_be_opened_costs_nothing_but_time(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    server.gives_up_channels = True
    alice = await pushed(open_practice)
    await server.create(WRITTEN, START)
    await alice.until(START)
    assert len(await alice.sms()) == 1


async def test_what_ended_long_ago_is_forgotten(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await pushed(open_practice)
    clock.set(paris("2027-02-01T12:00"))
    await Upkeep(alice.bridge).keep_calendars()
    assert await alice.engine.read(lambda connection: channels.of_calendar(connection, alice.key)) is None
    owners = await alice.engine.read(lambda connection: list(connection.scalars(select(secret.c.owner))))
    assert [each.partition(":")[0] for each in owners] == ["calendar"], "its token is forgotten with it"


async def test_a_channel_that_breaks_is_no_fault_of_its_calendar(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    server.breaks_channels = True
    alice = await pushed(open_practice)
    calendar = await alice.calendar()
    assert (calendar.fault, calendar.failures, server.requests.count("watch")) == (None, 0, 1)


async def polls_of_two_hours(alice: Practice, server: MemoryCalendar) -> int:
    """How often she is read from now on."""
    before = len(server.requests)
    await alice.until(alice.clock.now() + timedelta(hours=2))
    return len([each for each in server.requests[before:] if each in {"list", "changes"}])


async def test_a_channel_counts_once_its_provider_reached_us(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    """Google takes any address: without its first message nothing would come, and nobody would notice."""
    server.reaches = False
    alice = await pushed(open_practice)
    token = server.told[0][1]
    assert await polls_of_two_hours(alice, server) > 5
    assert [await is_awaited(alice, each) for each in ("guess", token)] == [False, True]
    await alice.engine.write(partial(channels.reached, now=clock.now(), token=token))
    assert not await is_awaited(alice, token)
    await alice.poll_now()
    assert await polls_of_two_hours(alice, server) == 0


async def test_a_change_that_comes_over_a_channel_shows_that_it_works(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    server.reaches = False
    alice = await pushed(open_practice)
    (name,), (_, token) = server.channels, server.told[0]
    assert await hint(alice, name, token)
    assert not await is_awaited(alice, token)


async def test_a_calendar_that_is_let_go_while_its_channel_opens_is_left_without_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    alice.bridge = replace(alice.bridge, push_addresses={Provider.GOOGLE: ADDRESS})

    calendar, stamp, vault = await alice.calendar(), alice.engine.stamp(), alice.bridge.vault

    async def happens() -> None:
        close = partial(releases.close_channels, stamp=stamp, vault=vault, calendar=calendar)
        await alice.engine.write(close)

    server.while_watching = happens
    await alice.run()
    assert (server.requests.count("watch"), server.channels) == (1, {})
    await alice.change(next_poll_at=None)
    await keep_pushed(alice.bridge, alice.bridge.feeds[Provider.GOOGLE].open(b""), calendar)
    assert server.requests.count("watch") == 1
