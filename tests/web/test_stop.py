"""The page behind a STOP link, on a real socket: it asks first, in the phone's language, and tells no number."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import update

from gateway.accounts.tables import account
from gateway.engine.database import Engine
from gateway.engine.seals import Seals
from gateway.sms.clicks import enter_links, follow
from gateway.sms.stop_links import PATH, StopLinks
from gateway.web.server import WebServer, application, bind
from gateway.web.stop import StopPages, masked
from gateway.wording import Language, read_wording
from tests.cast import DELIVERS, alice

LINKS = StopLinks("http://127.0.0.1", Seals([bytes(32)]))


@dataclass
class Site:
    """Our page, a browser, and a link that was sent."""

    url: str
    browser: httpx.AsyncClient
    engine: Engine
    token: str

    async def stopped(self) -> bool:
        """Whether nothing is sent there any more."""
        linked = await self.engine.read(lambda connection: follow(connection, self.token))
        return linked is not None and linked.stopped


def speaks(destination: str) -> Language | None:
    return Language.FR if destination == "FR" else None


@pytest.fixture
async def site(engine: Engine) -> AsyncIterator[Site]:
    """A site, and the link of Alice's clinic and a phone."""
    member = await alice(engine)
    named = update(account).values(name="L'École <b>")
    await engine.write(lambda connection: connection.execute(named))
    pairs = {(member.account_id, DELIVERS), (member.account_id, "+262692123456")}
    await engine.write(lambda connection: enter_links(connection, engine.clock.now(), LINKS, pairs))
    door = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{door.getsockname()[1]}{PATH}"
    server = WebServer(application(engine, list, more=StopPages(engine, read_wording(), speaks).routes()), door)
    server.start()
    async with httpx.AsyncClient(trust_env=False) as browser:
        yield Site(url, browser, engine, LINKS.token(member.account_id, DELIVERS))
    await server.close()


async def test_looking_changes_nothing_however_often(site: Site) -> None:
    await site.browser.head(f"{site.url}{site.token}")
    answer = await site.browser.get(f"{site.url}{site.token}")
    assert (answer.status_code, await site.stopped()) == (200, False)
    assert "Ne plus recevoir de SMS" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_button_stops_and_the_next_one_starts_again(site: Site) -> None:
    address = f"{site.url}{site.token}"
    pressed = await site.browser.post(address, data={"do": "stop"})
    assert (pressed.status_code, await site.stopped()) == (200, True)
    assert "Recevoir de nouveau des SMS" in pressed.text
    again = await site.browser.post(address, data={"do": "start"})
    assert ("Ne plus recevoir de SMS" in again.text, await site.stopped()) == (True, False)


@pytest.mark.parametrize("body", ["", "do=all", "do=stop&x=" + "y" * 2_000, "%ff=%ff"])
async def test_anything_else_that_is_posted_only_shows_the_page(site: Site, body: str) -> None:
    answer = await site.browser.post(f"{site.url}{site.token}", content=body)
    assert (answer.status_code, await site.stopped()) == (200, False)


async def test_no_number_is_shown_in_full_and_no_name_is_markup(site: Site) -> None:
    text = (await site.browser.get(f"{site.url}{site.token}")).text
    assert "+33•••••••34" in text
    assert DELIVERS[3:] not in text
    assert "<b>" not in text


async def test_a_phone_of_a_country_without_a_language_is_answered_in_the_browsers(site: Site) -> None:
    linked = await site.engine.read(lambda connection: follow(connection, site.token))
    assert linked
    url = f"{site.url}{LINKS.token(linked.account_id, '+262692123456')}"
    english = await site.browser.get(url, headers={"Accept-Language": "en-GB"})
    assert "No more SMS" in english.text


@pytest.mark.parametrize("token", ["aaaaaaaaaaaa", "%00", "a" * 4_000, "%ff%d8"])
async def test_a_wrong_link_is_told(site: Site, token: str) -> None:
    for answer in (
        await site.browser.get(f"{site.url}{token}", headers={"Accept-Language": "fr"}),
        await site.browser.post(f"{site.url}{token}", data={"do": "stop"}, headers={"Accept-Language": "fr"}),
    ):
        assert (answer.status_code, "Ce lien est faux" in answer.text) == (404, True)


def test_a_number_is_masked_but_for_its_ends() -> None:
    assert masked("+33612345678") == "+33•••••••78"
