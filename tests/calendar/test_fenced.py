"""What was found out about a calendar that changed hands meanwhile is not kept, and neither is what went wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.calendar import calendars, connections
from gateway.calendar.all_calendars import change_reading
from gateway.calendar.changing import change_settings
from gateway.calendar.feeds.port import FeedError, Granted, RemoteCalendar
from gateway.calendar.listed import enter_calendars
from gateway.calendar.settings import Reading
from gateway.calendar.words import ConnectionState, FeedFault
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")


async def read_once(open_practice: Opening, server: MemoryCalendar) -> Practice:
    """Alice's practice, whose calendar was read once and has an appointment more since."""
    alice = await open_practice()
    await alice.sync()
    await server.create(WRITTEN, START)
    return alice


async def agree_again(alice: Practice) -> None:
    """The owner of the calendar agrees again, which gives a new secret."""
    provider = (await alice.calendar()).provider
    await alice.engine.write(
        lambda connection: connections.link(
            connection,
            alice.engine.stamp(),
            "owner",
            alice.bridge.vault,
            account_id=alice.account_id,
            provider=provider,
            granted=Granted(b"token 2", "user of main", "alice@gmail.example"),
            calendars=[RemoteCalendar("main", "Appointments")],
            zone="Europe/Paris",
        )
    )


async def test_what_was_read_with_a_secret_that_was_replaced_meanwhile_is_read_again(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await read_once(open_practice, server)
    server.meanwhile = lambda: agree_again(alice)
    await alice.poll_now()
    assert await alice.events() == []
    await alice.run()
    assert len(await alice.reminders()) == 1


async def test_what_was_read_by_settings_that_changed_meanwhile_is_read_again(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """The number was blocked while the calendar was being read."""
    alice = await read_once(open_practice, server)

    async def block() -> None:
        calendar = await alice.calendar()
        wanted = replace(calendar.settings, blocked=(WRITTEN,))
        stamp = alice.engine.stamp()
        await alice.engine.write(lambda connection: change_settings(connection, stamp, "alice", calendar, wanted))

    server.meanwhile = block
    await alice.poll_now()
    assert await alice.events() == []
    await alice.until(START)
    assert await alice.ledger() == ["not_sent: reminder_declined"]


async def test_what_was_read_by_settings_of_the_account_that_changed_meanwhile_is_read_again(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await read_once(open_practice, server)

    def unit(connection: Connection) -> None:
        client = clients.find(connection, "alice")
        change_reading(connection, alice.engine.stamp(), "alice", client, Reading(blocked=(WRITTEN,)))

    server.meanwhile = lambda: alice.engine.write(unit)
    await alice.poll_now()
    assert await alice.events() == []
    await alice.until(START)
    assert await alice.ledger() == ["not_sent: reminder_declined"]


@pytest.mark.parametrize("fault", [FeedFault.UNAVAILABLE, FeedFault.CONSENT_REVOKED])
async def test_what_went_wrong_with_a_secret_that_was_replaced_meanwhile_is_no_fault(
    open_practice: Opening, server: MemoryCalendar, fault: FeedFault
) -> None:
    """Else the consent that was just given would count as taken back."""
    alice = await read_once(open_practice, server)

    async def refuse() -> None:
        await agree_again(alice)
        raise FeedError(fault)

    server.meanwhile = refuse
    await alice.poll_now()
    calendar = await alice.calendar()
    assert (calendar.fault, calendar.connection_state) == (None, ConnectionState.ACTIVE)
    assert await alice.letters() == []


async def test_a_list_that_fails_for_a_connection_that_ended_meanwhile_says_nothing(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await read_once(open_practice, server)
    await alice.change(enabled_at=None, next_poll_at=None)
    await alice.list_anew()

    async def refuse() -> None:
        await agree_again(alice)
        raise FeedError(FeedFault.CONSENT_REVOKED)

    server.while_listing = refuse
    await alice.sync()
    assert (await alice.calendar()).connection_state is ConnectionState.ACTIVE


async def test_a_provider_that_was_taken_out_of_the_configuration_is_a_fault_that_passes(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await read_once(open_practice, server)
    whole = alice.bridge
    alice.bridge = replace(whole, feeds={})
    await alice.poll_now()
    assert (await alice.calendar()).fault is FeedFault.UNAVAILABLE
    alice.bridge = whole
    clock.advance(timedelta(minutes=1))
    await alice.sync()
    assert (await alice.calendar()).fault is None
    assert len(await alice.reminders()) == 1


async def test_two_calendars_of_one_consent_that_is_refused_end_it_once(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await read_once(open_practice, server)
    calendar = await alice.calendar()
    feed = alice.bridge.feeds[calendar.provider]
    feed.servers["other"] = MemoryCalendar("other", revoked=True)  # type: ignore[attr-defined]  # in memory

    def unit(connection: Connection) -> None:
        stamp, of = alice.engine.stamp(), (alice.account_id, calendar.connection_id)
        both = [RemoteCalendar("main", "One"), RemoteCalendar("other", "Two")]
        enter_calendars(connection, stamp, of, calendar.provider, both, zone="Europe/Paris")
        for each in calendars.of_connection(connection, *of):
            calendars.change(connection, each.key, enabled_at=stamp.now, next_poll_at=stamp.now)
        connections.look_now(connection, stamp.now, *of)

    await alice.engine.write(unit)
    server.revoked = True
    await alice.sync()
    assert len(await alice.letters()) == 1
