"""Linking calendars: from a ticket to the provider's pages and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from gateway.calendar import connections
from gateway.calendar.feeds.port import Begun, FeedError, FeedSession, Granted, RemoteCalendar
from gateway.calendar.linking import TICKET_LIFE, Doors, LinkFailed, Linking, issue_ticket
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from gateway.wording import Language
from tests.calendar.memory import MemoryCalendar, MemoryFeed, MemorySession
from tests.cast import alice
from tests.clock import StoppedClock

BACK = "https://sms.example.com/calendars/callback/google"
VAULT = Vault([bytes(32)])
BROWSER = "a secret of one browser"


@dataclass
class Pages:
    """The pages of a provider, in memory."""

    provider: Provider = Provider.GOOGLE
    secret: bytes = b"token 1"
    failure: FeedError | None = None  # of the next step
    kept: list[bytes] = field(default_factory=list)
    begun: int = 0
    writes: bool = False  # is what was asked for last

    async def begin(self, redirect_uri: str, *, writes: bool = False) -> Begun:
        """A page with a state of its own."""
        self.writes = writes
        assert redirect_uri == BACK
        self._fail()
        self.begun += 1
        return Begun(f"https://provider.example/{self.begun}", f"state {self.begun}", f"kept {self.begun}".encode())

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Whoever comes back agreed."""
        assert redirect_uri == BACK
        assert "state" in answer
        self._fail()
        self.kept.append(kept)
        return Granted(self.secret, "user 1", "camille@example.com", frozenset({"read"}))

    async def revoke(self, secret: bytes) -> None:
        """Forget it."""

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


class Rotating(MemoryFeed):
    """A feed whose provider replaces the secret with the first request."""

    def open(self, secret: bytes) -> FeedSession:
        """A session."""
        return RotatingSession(self.servers, secret)


class RotatingSession(MemorySession):
    """A session of it."""

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """With another secret from now on."""
        self.secret = b"token 2"
        return await super().calendars()


@dataclass
class Link:
    """Alice, who has a ticket, and the pages that she is sent to."""

    linking: Linking
    pages: Pages
    server: MemoryCalendar
    engine: Engine
    account_id: int
    ticket: str

    async def failed(self, **answer: str) -> LinkFailed:
        with pytest.raises(LinkFailed) as failed:
            await self.linking.finish(Provider.GOOGLE, answer, BROWSER)
        return failed.value

    async def linked(self) -> list[connections.Linked]:
        return await self.engine.read(partial(connections.listing, account_id=self.account_id))


@pytest.fixture
async def link(engine: Engine) -> Link:
    """A ticket for Alice's account."""
    member = await alice(engine)
    pages, server = Pages(), MemoryCalendar()
    linking = Linking(engine, VAULT, {Provider.GOOGLE: Doors(pages, MemoryFeed(server, rereads=True), BACK)})
    ticket = await engine.write(
        partial(issue_ticket, stamp=engine.stamp(), vault=VAULT, account_id=member.account_id, provider=Provider.GOOGLE)
    )
    return Link(linking, pages, server, engine, member.account_id, ticket)


async def test_a_ticket_says_whose_it_is_as_often_as_it_is_looked_at(link: Link) -> None:
    for _ in range(2):
        host = await link.linking.invited(Provider.GOOGLE, link.ticket)
        assert (host.account_id, host.language) == (link.account_id, Language.FR)


async def test_a_ticket_leads_to_the_provider_and_back_to_a_connection(link: Link) -> None:
    host, url = await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    joined = await link.linking.finish(Provider.GOOGLE, {"state": "state 1", "code": "c"}, BROWSER)
    (connection,) = await link.linked()
    assert joined.host == host
    assert (url, link.pages.kept) == ("https://provider.example/1", [b"kept 1"])
    assert [each.remote_id for each in joined.calendars] == ["main"]
    assert (connection.label, connection.state) == ("camille@example.com", ConnectionState.ACTIVE)


async def test_a_secret_that_is_replaced_at_once_is_the_one_that_is_kept(link: Link) -> None:
    link.linking._providers = {Provider.GOOGLE: Doors(link.pages, Rotating(link.server), BACK)}
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    await link.linking.finish(Provider.GOOGLE, {"state": "state 1"}, BROWSER)
    (linked,) = await link.linked()
    secret = partial(connections.secret_of, vault=VAULT, account_id=link.account_id, connection_id=linked.connection_id)
    assert await link.engine.read(secret) == b"token 2"


async def test_more_calendars_than_can_be_listed_are_told(link: Link) -> None:
    many = MemoryFeed(*(MemoryCalendar(f"calendar {each}") for each in range(251)))
    link.linking._providers = {Provider.GOOGLE: Doors(link.pages, many, BACK)}
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    assert (await link.failed(state="state 1")).fault is FeedFault.TOO_LARGE


async def test_a_ticket_is_used_once(link: Link) -> None:
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    with pytest.raises(LinkFailed) as failed:
        await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    assert failed.value.fault is None


async def test_a_ticket_ends_after_a_day(link: Link, clock: StoppedClock) -> None:
    clock.advance(TICKET_LIFE)
    with pytest.raises(LinkFailed):
        await link.linking.invited(Provider.GOOGLE, link.ticket)


async def test_a_ticket_is_for_one_provider(link: Link) -> None:
    with pytest.raises(LinkFailed):
        await link.linking.invited(Provider.OUTLOOK, link.ticket)


async def test_a_provider_that_is_not_set_up_has_no_pages(link: Link) -> None:
    with pytest.raises(LinkFailed):
        await Linking(link.engine, VAULT, {}).invited(Provider.GOOGLE, link.ticket)


async def test_without_a_secret_of_the_browser_nothing_begins_and_nothing_ends(link: Link) -> None:
    with pytest.raises(LinkFailed):
        await link.linking.begin(Provider.GOOGLE, link.ticket, "")
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    with pytest.raises(LinkFailed):
        await link.linking.finish(Provider.GOOGLE, {"state": "state 1"}, "")


async def test_an_answer_in_another_browser_links_nothing(link: Link) -> None:
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    with pytest.raises(LinkFailed) as failed:
        await link.linking.finish(Provider.GOOGLE, {"state": "state 1"}, "another browser")
    assert (failed.value.fault, link.pages.kept, await link.linked()) == (None, [], [])


async def test_a_ticket_is_no_answer(link: Link) -> None:
    assert (await link.failed(state=link.ticket)).fault is None


async def test_an_answer_counts_once_and_not_for_long(link: Link, clock: StoppedClock) -> None:
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    clock.advance(timedelta(minutes=16))
    assert (await link.failed(state="state 1")).fault is None


async def test_an_answer_to_nothing_links_nothing(link: Link) -> None:
    assert (await link.failed()).fault is None


async def test_a_provider_that_is_away_leaves_the_ticket_as_it_is(link: Link) -> None:
    link.pages.failure = FeedError(FeedFault.UNAVAILABLE)
    with pytest.raises(LinkFailed) as failed:
        await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    link.pages.failure = None
    assert (failed.value.fault, failed.value.language) == (FeedFault.UNAVAILABLE, Language.FR)
    assert await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)


async def test_of_two_who_use_a_ticket_at_once_one_begins(link: Link) -> None:
    class Slow(Pages):
        async def begin(self, redirect_uri: str, *, writes: bool = False) -> Begun:
            begun = await super().begin(redirect_uri, writes=writes)
            if self.begun == 1:  # somebody else is quicker
                await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
            return begun

    slow = Slow()
    link.linking._providers = {Provider.GOOGLE: Doors(slow, MemoryFeed(link.server, rereads=True), BACK)}
    with pytest.raises(LinkFailed) as failed:
        await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    assert (failed.value.fault, failed.value.language, slow.begun) == (None, Language.FR, 2)


async def test_a_refusal_at_the_provider_is_told_in_the_language_of_the_account(link: Link) -> None:
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    link.pages.failure = FeedError(FeedFault.SCOPE_MISSING, "calendar.events.readonly")
    failed = await link.failed(state="state 1", error="access_denied")
    assert (failed.fault, failed.detail, failed.language) == (
        FeedFault.SCOPE_MISSING,
        "calendar.events.readonly",
        Language.FR,
    )
    assert await link.linked() == []


async def test_leave_to_write_is_asked_for_only_by_a_ticket_that_says_so(link: Link) -> None:
    assert not (await link.linking.invited(Provider.GOOGLE, link.ticket)).writes
    issue = partial(issue_ticket, stamp=link.engine.stamp(), vault=VAULT, account_id=link.account_id, writes=True)
    ticket = await link.engine.write(partial(issue, provider=Provider.GOOGLE))
    host, _ = await link.linking.begin(Provider.GOOGLE, ticket, BROWSER)
    assert (host.writes, link.pages.writes) == (True, True)
    await link.linking.begin(Provider.GOOGLE, link.ticket, BROWSER)
    assert not link.pages.writes
