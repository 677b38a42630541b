"""Consents, and the connections that come of them."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from gateway.accounts.refusals import Refused
from gateway.calendar import calendars, connections, consents
from gateway.calendar.connections import CONNECTIONS
from gateway.calendar.consents import Asked
from gateway.calendar.feeds.port import Begun, Granted, RemoteCalendar
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault, secret
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris
from tests.clock import StoppedClock

VAULT = Vault([bytes(32)])
BEGUN = Begun("https://provider.example/consent", "the state", b"the verifier")


async def ask(engine: Engine, session: str = "") -> None:
    """Account 7 asks for consent."""
    await engine.write(
        lambda connection: consents.keep_request(
            connection, engine.stamp(), VAULT, account_id=7, provider=Provider.GOOGLE, begun=BEGUN, session=session
        )
    )


async def answer(engine: Engine, state: str = "the state", session: str = "") -> Asked | None:
    """Somebody comes back from the provider."""
    return await engine.write(
        lambda connection: consents.take_request(connection, engine.stamp(), VAULT, state=state, session=session)
    )


async def secrets(engine: Engine) -> int:
    """How many the vault holds."""
    return await engine.read(lambda connection: len(connection.execute(select(secret)).all()))


async def test_a_consent_is_answered_once(engine: Engine) -> None:
    await ask(engine)
    assert await answer(engine) == Asked(7, Provider.GOOGLE, b"the verifier", writes=False)
    assert await answer(engine) is None
    assert await secrets(engine) == 0


async def test_a_state_that_nobody_was_given_is_refused(engine: Engine) -> None:
    await ask(engine)
    assert await answer(engine, state="another") is None


async def test_another_browser_cannot_answer(engine: Engine) -> None:
    await ask(engine, session="Alice's browser")
    assert await answer(engine, session="Mallory's browser") is None
    assert await answer(engine) is None
    assert await answer(engine, session="Alice's browser") is not None


async def test_an_answer_that_comes_too_late_is_refused_and_forgotten(engine: Engine, clock: StoppedClock) -> None:
    await ask(engine)
    clock.advance(consents.LIFE)
    assert await answer(engine) is None
    await engine.write(
        lambda connection: consents.keep_request(
            connection,
            engine.stamp(),
            VAULT,
            account_id=7,
            provider=Provider.GOOGLE,
            begun=Begun("", "a new state", b""),
        )
    )
    assert await secrets(engine) == 1


async def linked(alice: Practice, **calendars: str) -> int:
    """Alice links again, as the same user."""
    return await alice.engine.write(
        lambda connection: connections.link(
            connection,
            alice.engine.stamp(),
            "tests",
            alice.bridge.vault,
            account_id=alice.account_id,
            provider=Provider.GOOGLE,
            granted=Granted(b"token 2", "user of main", "alice@gmail.example", frozenset({"read"})),
            calendars=[RemoteCalendar(each, name) for each, name in calendars.items()],
            zone="Europe/Paris",
        )
    )


async def test_the_same_user_again_is_the_same_connection(open_practice: Opening) -> None:
    alice = await open_practice()
    before = await alice.calendar()
    connection_id = await linked(alice, main="Renamed", other="New")
    assert connection_id == before.connection_id
    found = await alice.engine.read(lambda connection: calendars.of_account(connection, alice.account_id))
    assert [(each.name, each.enabled_at is not None) for each in found] == [("Renamed", True), ("New", False)]
    assert await secret_of(alice) == b"token 2"


async def test_consent_given_again_lets_reminders_go_on(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await alice.sync()
    server.revoked = True
    await alice.poll_now()
    assert (await alice.calendar()).connection_state is ConnectionState.NEEDS_CONSENT
    server.revoked = False
    await server.create(WRITTEN, paris("2026-11-25T10:00"))
    await linked(alice, main="Appointments")
    assert await alice.sync() == 1
    assert len(await alice.reminders()) == 1
    assert (await alice.calendar()).connection_state is ConnectionState.ACTIVE


async def test_an_unlinked_connection_has_no_secret_and_is_polled_no_more(
    open_practice: Opening, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await alice.sync()
    key = await alice.calendar()
    given_back = await alice.engine.write(lambda connection: unlink(connection, alice, key.connection_id))
    assert given_back == b"token 1"
    assert await secret_of(alice) is None
    clock.advance(timedelta(days=2))
    assert await alice.sync() == 0
    assert await alice.engine.write(lambda connection: unlink(connection, alice, key.connection_id)) is None


async def test_whoever_works_with_an_old_secret_stores_nothing(open_practice: Opening) -> None:
    """The owner agreed again meanwhile: the new secret stays."""
    alice = await open_practice()
    now = alice.clock.now()
    (claim,) = await alice.engine.write(
        lambda connection: CONNECTIONS.claim(connection, worker=1, now=now, lease=connections.LEASE, limit=1)
    )
    await linked(alice, main="Appointments")
    assert await alice.engine.write(lambda connection: CONNECTIONS.settle(connection, [(claim, None)])) == set()


async def test_a_connection_of_another_account_is_not_found(open_practice: Opening) -> None:
    alice = await open_practice()
    calendar = await alice.calendar()
    with pytest.raises(Refused):
        await alice.engine.read(lambda connection: connections.find(connection, 99, calendar.connection_id))


async def test_losing_consent_is_news_once(open_practice: Opening) -> None:
    alice = await open_practice()
    calendar = await alice.calendar()

    def unit(connection: Connection) -> bool:
        return connections.lose_consent(
            connection,
            account_id=alice.account_id,
            connection_id=calendar.connection_id,
            fault=FeedFault.CONSENT_REVOKED,
        )

    assert [await alice.engine.write(unit), await alice.engine.write(unit)] == [True, False]
    (found,) = await alice.engine.read(lambda connection: connections.listing(connection, alice.account_id))
    assert (found.state, found.fault) == (ConnectionState.NEEDS_CONSENT, FeedFault.CONSENT_REVOKED)


async def test_more_calendars_than_anybody_has_are_refused(open_practice: Opening) -> None:
    alice = await open_practice()
    with pytest.raises(Refused, match="More than 250 calendars"):
        await linked(alice, **{f"c{number}": "x" for number in range(251)})


async def secret_of(alice: Practice) -> bytes | None:
    """What the vault holds for her connection."""
    calendar = await alice.calendar()
    return await alice.engine.read(
        lambda connection: connections.secret_of(
            connection, alice.bridge.vault, alice.account_id, calendar.connection_id
        )
    )


def unlink(connection: Connection, alice: Practice, connection_id: int) -> bytes | None:
    """Alice unlinks."""
    return connections.unlink(
        connection,
        alice.engine.stamp(),
        "tests",
        alice.bridge.vault,
        account_id=alice.account_id,
        connection_id=connection_id,
    )
