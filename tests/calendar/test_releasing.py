"""What providers are told when calendars are let go."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import NoReturn

import pytest
from sqlalchemy import select

from gateway.calendar import releases
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.releasing import Releasing, again_at
from gateway.calendar.tables import calendar_connection
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.queue import Claim
from gateway.engine.vault import Vault, secret
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import Practice, client, link
from tests.clock import MONDAY_MORNING

DOWN = FeedError(FeedFault.UNAVAILABLE, "503")
DAY = timedelta(days=1)


@dataclass
class GivingBack:
    """The end of a provider's where accesses are given back."""

    provider: Provider = Provider.GOOGLE
    given_back: list[bytes] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def begin(self, redirect_uri: str, *, writes: bool = False) -> NoReturn:
        """Nobody asks."""
        raise NotImplementedError

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> NoReturn:
        """Nobody answers."""
        raise NotImplementedError

    async def revoke(self, secret: bytes) -> None:
        """Forgotten, unless it fails."""
        if self.failures:
            raise self.failures.pop(0)
        self.given_back.append(secret)


@pytest.fixture
def provider() -> GivingBack:
    """Alice's."""
    return GivingBack()


async def pushed(open_practice: Opening, provider: GivingBack) -> Practice:
    """Alice's practice, to which her provider pushes."""
    alice = await open_practice()
    addresses = {Provider.GOOGLE: "https://sms.example/push/google"}
    alice.bridge = replace(alice.bridge, push_addresses=addresses, consents={Provider.GOOGLE: provider})
    await alice.run()
    return alice


async def unlink(alice: Practice) -> None:
    """Alice unlinks."""
    calendar = await alice.calendar()
    stamp, vault = alice.engine.stamp(), alice.bridge.vault
    ending = partial(releases.unlink, account_id=alice.account_id, connection_id=calendar.connection_id)
    await alice.engine.write(lambda connection: ending(connection, stamp, "tests", vault))


async def close_channels(alice: Practice) -> None:
    """What disabling does besides."""
    calendar, stamp, vault = await alice.calendar(), alice.engine.stamp(), alice.bridge.vault
    await alice.engine.write(lambda connection: releases.close_channels(connection, stamp, vault, calendar))


async def tell(alice: Practice, after: timedelta = timedelta()) -> int:
    """Have told what is to be told by then; how many providers were."""
    alice.clock.advance(after)
    now = alice.clock.now()
    await alice.engine.write(lambda connection: releases.RELEASES.reap(connection, now))
    return await Releasing(alice.bridge).run_once()


async def owners(alice: Practice) -> list[str]:
    """Whose secrets the vault holds."""
    kept = await alice.engine.read(lambda connection: list(connection.scalars(select(secret.c.owner))))
    return sorted(each.partition(":")[0] for each in kept)


async def test_unlinking_closes_the_channels_gives_the_access_back_and_forgets_the_secret(
    open_practice: Opening, provider: GivingBack, server: MemoryCalendar
) -> None:
    alice = await pushed(open_practice, provider)
    await unlink(alice)
    assert await owners(alice) == ["release"]
    assert [await tell(alice), await tell(alice, DAY)] == [1, 0]
    assert (server.channels, provider.given_back, await owners(alice)) == ({}, [b"token 1"], [])


async def test_a_provider_that_is_down_is_told_later_and_later(open_practice: Opening, provider: GivingBack) -> None:
    alice = await pushed(open_practice, provider)
    provider.failures = [DOWN, RuntimeError("a bug")]
    await unlink(alice)
    waits = [timedelta(), timedelta(), timedelta(minutes=1), timedelta(), timedelta(minutes=2)]
    assert [await tell(alice, after) for after in waits] == [1, 0, 1, 0, 1]
    assert (provider.given_back, await owners(alice)) == ([b"token 1"], [])


async def test_after_a_day_it_is_given_up_and_the_secret_forgotten(
    open_practice: Opening, provider: GivingBack
) -> None:
    alice = await pushed(open_practice, provider)
    provider.failures = [DOWN] * 2
    await unlink(alice)
    assert [await tell(alice), await tell(alice, DAY), await tell(alice, DAY)] == [1, 1, 0]
    assert (provider.given_back, await owners(alice)) == ([], [])


async def test_a_channel_that_cannot_be_closed_holds_no_access_back(
    open_practice: Opening, provider: GivingBack, server: MemoryCalendar
) -> None:
    alice = await pushed(open_practice, provider)
    await server.fail(1)
    await unlink(alice)
    await tell(alice)
    assert (provider.given_back, await owners(alice)) == ([b"token 1"], [])


async def test_a_user_who_has_linked_again_keeps_the_access(open_practice: Opening, provider: GivingBack) -> None:
    """At Google it ends for this user altogether: the new link would be dead, and so would another account's."""
    alice = await pushed(open_practice, provider)
    await unlink(alice)
    other = await client(alice.engine, "bob", units=0, plan=None)
    lies, settings = (Provider.GOOGLE, b"token 2", "main"), (await alice.calendar()).settings
    await alice.engine.write(lambda connection: link(connection, alice.bridge, other, lies, settings))
    await tell(alice)
    assert (provider.given_back, await owners(alice)) == ([], ["calendar"])


async def test_a_calendar_that_is_read_no_more_is_pushed_no_more_and_keeps_its_access(
    open_practice: Opening, provider: GivingBack, server: MemoryCalendar
) -> None:
    alice = await pushed(open_practice, provider)
    await close_channels(alice)
    await server.fail(1)
    assert [await tell(alice), await tell(alice, timedelta(minutes=1))] == [1, 1]
    assert (server.channels, provider.given_back, await owners(alice)) == ({}, [], ["calendar"])


async def test_what_was_never_pushed_needs_no_closing(open_practice: Opening) -> None:
    alice = await open_practice()
    await close_channels(alice)
    assert await tell(alice) == 0


@pytest.mark.parametrize("connected", [Provider.OUTLOOK, Provider.ICS])
async def test_a_provider_that_takes_no_access_back_is_not_asked_to(
    open_practice: Opening, connected: Provider
) -> None:
    alice = await open_practice()
    moved = calendar_connection.update().values(provider=connected)
    await alice.engine.write(lambda connection: connection.execute(moved))
    await unlink(alice)
    assert (await tell(alice), await owners(alice)) == (0, [])


async def test_without_the_key_of_then_everything_ends_all_the_same(
    open_practice: Opening, provider: GivingBack
) -> None:
    alice = await pushed(open_practice, provider)
    await unlink(alice)
    alice.bridge = replace(alice.bridge, vault=Vault([bytes([1] * 32)]))
    assert [await tell(alice), await tell(alice, DAY)] == [1, 1]
    assert await owners(alice) == []


async def test_what_nobody_can_open_is_unlinked_and_disabled_all_the_same(
    open_practice: Opening, provider: GivingBack
) -> None:
    alice = await pushed(open_practice, provider)
    alice.bridge = replace(alice.bridge, vault=Vault([bytes([1] * 32)]))
    await close_channels(alice)
    await unlink(alice)
    assert (await tell(alice), await owners(alice)) == (0, [])


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    claim = Claim(1, 2, 3, 4, attempts=1)
    errors = (FeedError(FeedFault.CONSENT_REVOKED), DOWN, None)
    again = [again_at(MONDAY_MORNING, MONDAY_MORNING, claim, each) for each in errors]
    assert [each is None for each in again] == [True, False, True]
