"""Connections whose secret was kept under a key that we do not have."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.calendar import connections
from gateway.calendar.upkeep import Upkeep
from gateway.calendar.words import ConnectionState, FeedFault, LetterKind, Provider
from gateway.engine.vault import Vault
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, paris

START = paris("2026-11-25T15:00")
ANOTHER = Vault([bytes([1] * 32)])


async def test_what_no_key_opens_is_a_fault_of_its_own_tried_rarely_and_told(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.run()
    await alice.spoil_secret_of("main")
    await alice.poll_now()
    calendar, now = await alice.calendar(), alice.clock.now()
    assert (calendar.fault, calendar.fault_detail) == (FeedFault.SECRET_SEALED, "vault")
    assert calendar.connection_state is ConnectionState.ACTIVE, "the key may come back"
    assert calendar.next_poll_at
    assert calendar.next_poll_at - now > timedelta(hours=5)
    await Upkeep(alice.bridge).keep_calendars()
    assert await alice.letters() == [LetterKind.CALENDAR_SILENT]


@pytest.mark.parametrize("enabled", [True, False])
async def test_with_the_key_of_then_everything_goes_on(
    open_practice: Opening, server: MemoryCalendar, enabled: bool
) -> None:
    alice = await open_practice()
    if not enabled:
        await alice.change(enabled_at=None, next_poll_at=None)
    sealed, opens = replace(alice.bridge, vault=ANOTHER), alice.bridge
    alice.bridge = sealed
    await alice.list_anew()
    assert [await alice.sync(), await alice.sync()] == [1, 0], "it is not asked for again and again"
    assert (await alice.calendar()).trouble is FeedFault.SECRET_SEALED
    alice.bridge = opens
    await alice.list_anew()
    await alice.poll_now()
    assert ((await alice.calendar()).trouble, (await alice.linked()).fault) == (None, None)


async def test_a_channel_whose_token_no_key_opens_makes_room_for_another(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    alice.bridge = replace(alice.bridge, push_addresses={Provider.GOOGLE: "https://sms.example/push/google"})
    await alice.run()
    calendar = await alice.calendar()
    of = (alice.account_id, connections.owner(calendar.connection_id))
    alice.bridge = replace(alice.bridge, vault=ANOTHER)
    await alice.engine.write(lambda connection: ANOTHER.keep(connection, *of, b"token 2"))
    await alice.until(paris("2026-12-16T12:00"))
    assert (server.requests.count("watch"), server.requests.count("renew")) == (2, 0)
