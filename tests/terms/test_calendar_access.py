"""The terms on access to calendars (special term 6)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest

from gateway.calendar import connections
from gateway.calendar.feeds.google.app import SCOPES
from gateway.calendar.linking import LinkFailed, Linking, issue_ticket
from gateway.calendar.words import Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from tests.cast import alice
from tests.clock import StoppedClock
from tests.peers.google_calendar.doors import google_doors
from tests.peers.google_calendar.peer import GooglePeer

BACK = "https://sms.example.com/calendars/callback/google"
VAULT = Vault([bytes(32)])
BROWSER = "a secret of one browser"


@dataclass
class Owner:
    """Whose calendars are at Google, and who has an invitation to link them."""

    linking: Linking
    peer: GooglePeer
    engine: Engine
    account_id: int
    ticket: str

    async def go_to_google(self) -> dict[str, str]:
        """Follow the invitation, and answer there; what comes back with the browser."""
        _, url = await self.linking.begin(Provider.GOOGLE, self.ticket, BROWSER)
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = await browser.get(url)
        return dict(httpx.URL(page.headers["Location"]).params)

    def reads(self) -> list[str]:
        """What was read of calendars so far."""
        return [each for each in self.peer.book()["requests"] if "/calendar/v3/" in each]

    async def scopes(self) -> list[list[str]]:
        """Of every connection that is kept."""
        table = connections.CONNECTIONS.table
        return await self.engine.read(
            lambda connection: list(connection.scalars(table.select().with_only_columns(table.c.scopes)))
        )


@pytest.fixture
async def owner(
    engine: Engine, clock: StoppedClock, google_peer: GooglePeer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Owner]:
    """Invited to link calendars to Alice's account."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the library's own word for tests on one machine
    account_id = (await alice(engine)).account_id
    issue = partial(issue_ticket, stamp=engine.stamp(), vault=VAULT, account_id=account_id, provider=Provider.GOOGLE)
    async with google_doors(google_peer, clock, BACK) as doors:
        linking = Linking(engine, VAULT, {Provider.GOOGLE: doors})
        yield Owner(linking, google_peer, engine, account_id, await engine.write(issue))


async def test_nothing_is_read_before_the_owner_agreed(owner: Owner) -> None:
    """R72, special term 6: access is given expressly, and only then is anything read."""
    answer = await owner.go_to_google()
    assert owner.reads() == []
    await owner.linking.finish(Provider.GOOGLE, answer, BROWSER)
    assert owner.reads() != []
    assert await owner.scopes() == [sorted(SCOPES)]


async def test_nothing_is_read_and_nothing_kept_where_the_owner_does_not_agree(owner: Owner) -> None:
    """R72, special term 6: without access there is no calendar."""
    owner.peer.control.post("/consent", {"denies": True})
    answer = await owner.go_to_google()
    with pytest.raises(LinkFailed):
        await owner.linking.finish(Provider.GOOGLE, answer, BROWSER)
    assert (owner.reads(), await owner.scopes()) == ([], [])


def test_only_reading_is_asked_for() -> None:
    """R72, special term 6: no more access than the reminder service needs."""
    assert {each.rsplit(".", 1)[-1] for each in SCOPES} == {"readonly"}
