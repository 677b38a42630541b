"""Google and Outlook where an application is registered there: their feeds, and the pages on which they are linked."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from starlette.routing import Route

from gateway.calendar import channels, connections
from gateway.calendar.feeds.port import CalendarFeed
from gateway.calendar.linking import Doors, Linking
from gateway.calendar.words import Provider
from gateway.engine.clock import Clock
from gateway.engine.database import Engine
from gateway.engine.vault import open_vault
from gateway.settings import GoogleSettings, OutlookSettings, Settings, SettingsError
from gateway.web.calendars import LinkPages
from gateway.web.pushes import GOOGLE, OUTLOOK, Pushes
from gateway.wording import read_wording

#: Where providers push to, below ``public_url``.
PUSH_PATHS = {Provider.GOOGLE: GOOGLE, Provider.OUTLOOK: OUTLOOK}


@dataclass(slots=True)
class Linkable:
    """The providers that are set up."""

    feeds: dict[Provider, CalendarFeed] = field(default_factory=dict)
    doors: dict[Provider, Doors] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def linkable(settings: Settings, clock: Clock) -> AsyncIterator[Linkable]:
    """Open what is set up; libraries are loaded for these only. ``SettingsError`` where a secret cannot be read."""
    async with contextlib.AsyncExitStack() as stack:
        found = Linkable()
        if settings.google:
            await _open_google(stack, found, settings, settings.google, clock)
        if settings.outlook:
            await _open_outlook(stack, found, settings, settings.outlook, clock)
        yield found


def push_address(settings: Settings, provider: Provider) -> str | None:
    """Where a provider pushes to; None where it cannot, for it wants https and a name that it can find."""
    base = settings.web.base_url
    return f"{base}{PUSH_PATHS[provider]}" if base.startswith("https://") and provider in PUSH_PATHS else None


def calendar_routes(engine: Engine, settings: Settings, found: Linkable) -> list[Route]:
    """The pages and what is pushed; none where nothing is set up."""
    if not found.doors:
        return []
    linking = Linking(engine, open_vault(settings.data_dir), found.doors)
    secure = settings.web.base_url.startswith("https://")
    pages = LinkPages(linking, read_wording(), secure=secure)
    pushes = Pushes(partial(_changed, engine), partial(_lost, engine), partial(_reached, engine))
    return [*pages.routes(), *pushes.routes()]


async def _changed(engine: Engine, name: str, token: str) -> bool:
    return await _told(engine, channels.hint, name, token)


async def _lost(engine: Engine, name: str, token: str) -> bool:
    return await _told(engine, channels.renew_now, name, token)


async def _reached(engine: Engine, name: str, token: str) -> bool:
    """A channel is known by its token before we are told its name."""
    del name
    if not await engine.read(partial(channels.is_awaited, token=token)):
        return False
    await engine.write(partial(channels.reached, now=engine.clock.now(), token=token))
    return True


async def _told(engine: Engine, act: Callable[..., bool], name: str, token: str) -> bool:
    """Act on what came over a channel; only what is genuine waits for its turn to write."""
    if not await engine.read(partial(channels.is_genuine, name=name, token=token)):
        return False
    unit = partial(act, now=engine.clock.now(), name=name, token=token)
    return await engine.write(unit, wakes=(connections.TOPIC,))


async def _open_google(
    stack: contextlib.AsyncExitStack, found: Linkable, settings: Settings, google: GoogleSettings, clock: Clock
) -> None:
    from gateway.calendar.feeds.google.app import GoogleApp
    from gateway.calendar.feeds.google.client import GoogleClient
    from gateway.calendar.feeds.google.consent import GoogleConsent
    from gateway.calendar.feeds.google.feed import GoogleFeed

    app = GoogleApp(google.client_id, _secret("google", google.client_secret_file))
    client = GoogleClient(app)
    stack.push_async_callback(client.close)
    feed = found.feeds[Provider.GOOGLE] = GoogleFeed(client, clock)
    found.doors[Provider.GOOGLE] = Doors(GoogleConsent(app, client), feed, _redirect_uri(settings, Provider.GOOGLE))


async def _open_outlook(
    stack: contextlib.AsyncExitStack, found: Linkable, settings: Settings, outlook: OutlookSettings, clock: Clock
) -> None:
    from gateway.calendar.feeds.outlook.app import OutlookApp
    from gateway.calendar.feeds.outlook.consent import OutlookConsent
    from gateway.calendar.feeds.outlook.feed import OutlookFeed
    from gateway.calendar.feeds.outlook.graph import Graph

    secret = _secret("outlook", outlook.client_secret_file)
    app = OutlookApp(outlook.client_id, secret, authority=outlook.authority)
    graph = Graph(app)
    stack.push_async_callback(graph.close)
    feed = found.feeds[Provider.OUTLOOK] = OutlookFeed(graph, clock)
    found.doors[Provider.OUTLOOK] = Doors(OutlookConsent(graph.entra), feed, _redirect_uri(settings, Provider.OUTLOOK))


def _redirect_uri(settings: Settings, provider: Provider) -> str:
    return f"{settings.web.base_url}/calendars/callback/{provider}"


def _secret(where: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError(f"{where}.client_secret_file names {path}, which cannot be read") from None
    if not secret:
        raise SettingsError(f"{where}.client_secret_file names {path}, which is empty")
    return secret
