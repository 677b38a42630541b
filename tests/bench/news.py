"""How news of calendars comes in: files that have not changed, by the thousand, and a change that is told by push."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from sqlalchemy import Connection, exists, func, select, update

from gateway.app.bridging import calendar_tasks
from gateway.calendar import channels, connections
from gateway.calendar.bridge import Bridge
from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.feed import GoogleFeed
from gateway.calendar.feeds.google.tokens import Tokens, write_tokens
from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.feed import IcsFeed
from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.keys import Subscription
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.polling import Pace
from gateway.calendar.settings import CalendarSettings
from gateway.calendar.sync import Sync
from gateway.calendar.tables import calendar, calendar_connection, push_channel, reminder
from gateway.calendar.words import Provider
from gateway.engine.database import Engine, open_engine
from gateway.engine.vault import Vault
from gateway.web.pushes import GOOGLE, Pushes
from gateway.web.server import WebServer, application, bind
from gateway.worker.loops import Worker
from tests.bench.figures import Figure
from tests.billing.buyers import RULES as BILLING
from tests.calendar.practice import WRITTEN, client, link
from tests.cast import shipped_rules
from tests.clock import StoppedClock
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer, running_peer
from tests.peers.google_calendar.server import GoogleServer
from tests.peers.stage.process import running

FILES = 1_000
LOOPS = 4  # that poll, as in the service
PUSH = "https://push.example"
DAY = timedelta(days=1)
PATIENCE_S = 30.0


async def files(url: str, rounds: int) -> list[Figure]:
    """A thousand files that are read once, and then asked for again and again without having changed."""
    clock = StoppedClock()
    with running("tests.bench.unchanged_files") as port:
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(open_engine(url, clock))
            reader = CalendarReader()
            stack.push_async_callback(reader.close)
            fetcher = await stack.enter_async_context(Fetcher(Gate({f"127.0.0.1:{port}"})))
            feed = IcsFeed(fetcher, reader, clock.now)
            bridge = Bridge(engine, Vault([bytes(32)]), {Provider.ICS: feed}, shipped_rules(), BILLING, Pace(ics=DAY))
            account_id = await client(engine, units=100, plan="SOLO")
            for number in range(FILES):
                secret = Subscription(f"http://127.0.0.1:{port}/{number}.ics", "Europe/Paris").seal()
                lies = (Provider.ICS, secret, f"file{number}")
                unit = partial(link, bridge=bridge, account_id=account_id, lies=lies, settings=CalendarSettings())
                await engine.write(unit)
            await _poll_all(bridge)
            measured = []
            for _ in range(rounds):
                clock.advance(timedelta(minutes=1))
                await engine.write(partial(_ask_all, now=clock.now()))
                measured.append(await _poll_all(bridge))
    seconds, cpu = (median(each) for each in zip(*measured, strict=True))
    return [
        Figure("calendars", f"{FILES:,} unchanged files", seconds, "s", at_most=60),
        Figure("calendars", f"{FILES:,} unchanged files, processor", cpu, "s"),
    ]


async def _poll_all(bridge: Bridge) -> tuple[float, float]:
    """Poll until nothing is due; the seconds by the wall and by the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_poll(bridge) for _ in range(LOOPS)))
    taken = time.perf_counter() - wall, time.process_time() - cpu
    if faults := await bridge.engine.read(_faults):
        raise AssertionError(f"{faults} calendars could not be read")
    return taken


async def _poll(bridge: Bridge) -> None:
    sync = Sync(bridge)
    while await sync.run_once():
        pass


def _ask_all(connection: Connection, now: datetime) -> None:
    """Have every calendar polled."""
    connection.execute(update(calendar).values(next_poll_at=now))
    connection.execute(update(calendar_connection).values(look_at=now))


def _faults(connection: Connection) -> int:
    return connection.scalar(select(func.count()).where(calendar.c.fault.is_not(None))) or 0


async def pushed(url: str, rounds: int) -> Figure:
    """From a change at the provider until its reminder has moved, over our own web server; the longest of a few."""
    with running_peer() as peer:
        peer.control.post("/begin")
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(open_engine(url, StoppedClock()))
            bridge = await _bridge(stack, engine, peer)
            server = GoogleServer(peer)
            start = engine.clock.now() + 2 * DAY
            handle = await server.create(WRITTEN, start)
            worker = Worker(engine, calendar_tasks(bridge))
            working = asyncio.create_task(worker.run())
            try:
                await _until(partial(_is_watched, engine))
                taken = [await _move(engine, server, handle, start + n * DAY) for n in range(1, rounds + 4)]
            finally:
                worker.drain()
                await working
    return Figure("calendars", "from a change to its reminder, by push", max(taken), "s", at_most=5)


async def _bridge(stack: AsyncExitStack, engine: Engine, peer: GooglePeer) -> Bridge:
    """A practice at Google whose channel leads, by way of a public name, to a web server of ours."""
    grant = peer.grant()
    app = GoogleApp(grant["client_id"], grant["client_secret"], api=peer.api, token_uri=peer.token_uri)
    google = GoogleClient(app)
    stack.push_async_callback(google.close)
    feed = GoogleFeed(google, engine.clock)
    push = {Provider.GOOGLE: f"{PUSH}{GOOGLE}"}
    bridge = Bridge(engine, Vault([bytes(32)]), {Provider.GOOGLE: feed}, shipped_rules(), BILLING, push_addresses=push)
    door = bind("127.0.0.1", 0)

    async def hint(name: str, token: str) -> bool:
        unit = partial(channels.hint, now=engine.clock.now(), name=name, token=token)
        return await engine.write(unit, wakes=(connections.TOPIC,))

    web = WebServer(application(engine, list, more=Pushes(hint, hint, hint).routes()), door)
    web.start()
    stack.push_async_callback(web.close)
    peer.control.post("/routes", {PUSH: f"http://127.0.0.1:{door.getsockname()[1]}"})
    account_id = await client(engine, units=100, plan="SOLO")
    lies = (Provider.GOOGLE, write_tokens(Tokens(grant["refresh_token"])), PRIMARY)
    await engine.write(partial(link, bridge=bridge, account_id=account_id, lies=lies, settings=CalendarSettings()))
    return bridge


async def _move(engine: Engine, server: GoogleServer, handle: str, start: datetime) -> float:
    """Seconds from the change until the reminder is due at its new time."""
    await asyncio.to_thread(asyncio.run, server.move(handle, start))
    since = time.perf_counter()
    await _until(partial(_is_due, engine, start - DAY))
    return time.perf_counter() - since


async def _is_due(engine: Engine, due_at: datetime) -> bool:
    """Whether the one reminder is due at an instant."""
    return await engine.read(lambda connection: connection.scalar(select(reminder.c.due_at))) == due_at


async def _is_watched(engine: Engine) -> bool:
    """Whether a channel is open: a change before that is found by polling."""
    return bool(await engine.read(lambda connection: connection.scalar(select(exists(select(push_channel))))))


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in a database
            await asyncio.sleep(0.01)
