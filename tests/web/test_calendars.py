"""The pages on which calendars are linked, on a real socket: with the peer of Google, and in every language."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import httpx
import pytest

from gateway.calendar import connections
from gateway.calendar.linking import Linking, issue_ticket
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from gateway.engine.writer import StorageUnavailable
from gateway.web.calendars import LinkPages
from gateway.web.server import WebServer, application, bind
from gateway.wording import Language, read_wording
from tests.cast import alice
from tests.clock import StoppedClock
from tests.peers.google_calendar.doors import google_doors
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer

VAULT = Vault([bytes(32)])


@dataclass
class Site:
    """Our pages, a browser, and an account with a ticket."""

    url: str
    browser: httpx.AsyncClient
    engine: Engine
    account_id: int
    ticket: str

    async def look(self, **query: str) -> httpx.Response:
        """Open the link."""
        return await self.browser.get(f"{self.url}/calendars/link/google", params={"ticket": self.ticket, **query})

    async def press(self) -> httpx.Response:
        """Press the button."""
        return await self.browser.post(f"{self.url}/calendars/link/google", data={"ticket": self.ticket})

    async def linked(self) -> list[connections.Linked]:
        """The connections of the account."""
        return await self.engine.read(partial(connections.listing, account_id=self.account_id))


@pytest.fixture
async def site(
    engine: Engine, clock: StoppedClock, google_peer: GooglePeer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    """A site whose Google is the peer."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the library's own word for tests on one machine
    member = await alice(engine)
    issue = partial(
        issue_ticket, stamp=engine.stamp(), vault=VAULT, account_id=member.account_id, provider=Provider.GOOGLE
    )
    door = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    async with google_doors(google_peer, clock, f"{url}/calendars/callback/google") as doors:
        pages = LinkPages(Linking(engine, VAULT, {Provider.GOOGLE: doors}), read_wording(), secure=False)
        server = WebServer(application(engine, list, more=pages.routes()), door)
        server.start()
        async with httpx.AsyncClient(trust_env=False) as browser:
            yield Site(url, browser, engine, member.account_id, await engine.write(issue))
        await server.close()


def way_on(page: httpx.Response) -> str:
    """Where a page leads by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found
    return html.unescape(found[1])


def text_of(page: httpx.Response) -> str:
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL)


async def test_the_owner_goes_from_the_ticket_to_google_and_back_to_a_list_of_calendars(
    site: Site, google_peer: GooglePeer
) -> None:
    google_peer.control.post("/calendars", {"owner": PRIMARY, "calendar_id": "s@example.com", "summary": "<b>Salle"})
    first = await site.look()
    assert "Relier un agenda Google" in text_of(first)
    assert "Alice" in text_of(first)
    agreed = await site.browser.get(way_on(await site.press()))
    back = await site.browser.get(agreed.headers["location"])
    assert back.status_code == 200
    assert "&lt;b&gt;Salle" in back.text
    assert len(re.findall(r"gateway calendar enable [a-z-]+ \d+", back.text)) == 2
    assert [each.label for each in await site.linked()] == [PRIMARY]


async def test_a_page_has_no_script_takes_nothing_from_elsewhere_and_is_not_kept(site: Site) -> None:
    page = await site.look()
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "frame-ancestors 'none'" in policy
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "<script" not in page.text
    assert re.findall(r'(?:src|href)="', page.text) == []
    assert re.search(r"nonce-([\w-]+)", policy)[1] in page.text  # type: ignore[index]  # it is there


async def test_forms_lead_to_us_alone_and_the_way_on_is_a_link(site: Site, google_peer: GooglePeer) -> None:
    first, second = await site.look(), await site.press()
    for page in (first, second):
        assert "form-action 'self';" in page.headers["content-security-policy"]
    assert way_on(second).startswith(f"{google_peer.url}/o/oauth2/v2/auth?")
    assert second.headers["cache-control"] == "no-store"


async def test_the_cookie_is_of_no_use_to_scripts_and_other_sites(site: Site) -> None:
    cookie = (await site.look()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/calendars" in cookie


async def test_a_program_that_only_looks_at_addresses_leaves_the_ticket_as_it_is(site: Site) -> None:
    for _ in range(3):
        assert (await site.look()).status_code == 200
    assert way_on(await site.press())


async def test_a_form_of_another_site_begins_nothing(site: Site) -> None:
    await site.look()
    site.browser.cookies.clear()  # a browser sends none along with it
    refused = await site.press()
    assert (refused.status_code, 'role="alert"' in refused.text) == (404, True)


async def test_an_answer_to_what_another_browser_began_links_nothing(site: Site) -> None:
    await site.look()
    agreed = await site.browser.get(way_on(await site.press()))
    site.browser.cookies.clear()
    await site.look()
    assert (await site.browser.get(agreed.headers["location"])).status_code == 404
    assert await site.linked() == []


async def test_an_answer_counts_once(site: Site) -> None:
    await site.look()
    agreed = await site.browser.get(way_on(await site.press()))
    assert (await site.browser.get(agreed.headers["location"])).status_code == 200
    assert (await site.browser.get(agreed.headers["location"])).status_code == 404


async def test_an_owner_who_cancels_is_told_what_to_do_in_the_language_of_the_account(
    site: Site, google_peer: GooglePeer
) -> None:
    google_peer.control.post("/consent", {"denies": True})
    await site.look()
    refused = await site.browser.get((await site.browser.get(way_on(await site.press()))).headers["location"])
    assert refused.status_code == 403
    assert "L'accès n'a pas été donné." in text_of(refused).replace("&#39;", "'")
    assert "Code : access_denied" in text_of(refused)


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("fr-CH,fr;q=0.9,en;q=0.8", "L'agenda n'a pas été relié"),
        ("de,en;q=0.5", "The calendar was not linked"),
        ("de", "The calendar was not linked"),
    ],
)
async def test_who_is_not_known_is_answered_in_the_language_of_the_browser(
    site: Site, accepted: str, told: str
) -> None:
    site.ticket = "forged"
    page = await site.browser.get(
        f"{site.url}/calendars/link/google?ticket=forged", headers={"Accept-Language": accepted}
    )
    assert page.status_code == 404
    assert told in text_of(page).replace("&#39;", "'")


@pytest.mark.parametrize("path", ["link/nowhere?ticket=x", "link/ics?ticket=x", "callback/nowhere", "callback/outlook"])
async def test_a_provider_without_pages_is_not_found(site: Site, path: str) -> None:
    assert (await site.browser.get(f"{site.url}/calendars/{path}")).status_code == 404


@pytest.mark.parametrize("body", [b"x" * 5000, b"\xff", b"a=1&" * 60])
async def test_a_form_that_is_none_begins_nothing(site: Site, body: bytes) -> None:
    await site.look()
    answer = await site.browser.post(f"{site.url}/calendars/link/google", content=body)
    assert answer.status_code == 404


async def test_a_database_that_is_away_is_told(engine: Engine) -> None:
    class Away(Linking):
        async def invited(self, provider: Provider, ticket: str) -> None:  # type: ignore[override]  # it never returns
            raise StorageUnavailable(f"{provider} {ticket}")

    door = bind("127.0.0.1", 0)
    pages = LinkPages(Away(engine, VAULT, {}), read_wording(), secure=True)
    server = WebServer(application(engine, list, more=pages.routes()), door)
    server.start()
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(f"http://127.0.0.1:{door.getsockname()[1]}/calendars/link/google")
    await server.close()
    assert answer.status_code == 503


async def test_without_a_calendar_to_read_the_page_says_so(site: Site, google_peer: GooglePeer) -> None:
    google_peer.control.post("/unlist", {"user": PRIMARY, "calendar": PRIMARY})
    await site.look()
    back = await site.browser.get((await site.browser.get(way_on(await site.press()))).headers["location"])
    assert "Aucun agenda lisible" in text_of(back)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("why", [*FeedFault, "expired"])
def test_every_failure_has_words_and_a_cure_in_every_language(language: Language, why: str) -> None:
    for kind in ("why", "cure"):
        assert read_wording().phrase(f"link_{kind}_{why}", language).endswith((".", "://."))


async def test_leave_to_write_is_asked_for_in_words_and_is_told_when_it_was_given(
    site: Site, google_peer: GooglePeer
) -> None:
    issue = partial(issue_ticket, stamp=site.engine.stamp(), vault=VAULT, account_id=site.account_id, writes=True)
    plain = text_of(await site.look())
    site.ticket = await site.engine.write(partial(issue, provider=Provider.GOOGLE))
    asked = text_of(await site.look())
    assert ("✓ devant le titre" in plain, "Rien n'y sera modifié" in html.unescape(plain)) == (False, True)
    assert ("✓ devant le titre" in asked, "Rien n'y sera modifié" in html.unescape(asked)) == (True, False)
    agreed = await site.browser.get(way_on(await site.press()))
    back = text_of(await site.browser.get(agreed.headers["location"]))
    assert "gateway calendar set COMPTE AGENDA --write-back" in back
