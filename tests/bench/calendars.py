"""Ten thousand linked calendars: their busiest minute, and the requests that one of them costs in a day with push."""

import asyncio
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from gateway.app.schema import METADATA
from gateway.calendar.bridge import Bridge
from gateway.calendar.polling import Pace, next_poll
from gateway.calendar.settings import CalendarSettings
from gateway.calendar.words import Provider
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import upgrade
from gateway.engine.vault import Vault
from tests.bench.figures import Figure
from tests.bench.news import files, pushed
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.calendar.practice import WRITTEN, Practice, client, link
from tests.cast import shipped_rules
from tests.clock import StoppedClock

LINKED = 10_000

#: Of Google, for one project: https://developers.google.com/workspace/calendar/api/guides/quota.
PER_MINUTE, PER_DAY = 10_000, 1_000_000

SAMPLE = 10  # calendars whose day is lived through
MOVED = 5  # appointments of a day, each moved once and told by push
DAY = timedelta(days=1)

_LISTS_OF_CALENDARS = 1  # a day, of each connection


def bench(rounds: int) -> list[Figure]:
    """On SQLite; the busiest minute is reckoned, everything else happens."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        urls = [f"sqlite:///{Path(folder) / name}.db" for name in ("day", "files", "push")]
        for url in urls:
            upgrade(url, METADATA)
        return [
            *_minutes("every quarter of an hour", Pace().google),
            *_minutes("with push", Pace().with_push),
            Figure("calendars", "requests of one in a day", asyncio.run(_day(urls[0])), "", at_most=15),
            *asyncio.run(files(urls[1], rounds)),
            asyncio.run(pushed(urls[2], rounds)),
        ]


def _minutes(name: str, interval: timedelta) -> list[Figure]:
    """The second day of ten thousand calendars that were all linked in one minute, so that chance alone parts them."""
    start = StoppedClock().now()
    minutes: Counter[int] = Counter()
    for calendar_id in range(LINKED):
        now = next_poll(start, calendar_id, interval)
        while now < start + 2 * DAY:
            minutes[(now - start) // timedelta(minutes=1)] += 1
            now = next_poll(now, calendar_id, interval)
    second = [count for minute, count in minutes.items() if minute >= DAY // timedelta(minutes=1)]
    return [
        Figure("calendars", f"{name}: busiest minute of {LINKED:,}", max(second), "requests", at_most=PER_MINUTE),
        Figure("calendars", f"{name}: a day of {LINKED:,}", sum(second), "requests", at_most=PER_DAY),
    ]


@dataclass(frozen=True, slots=True)
class _Move:
    """An appointment that is moved by an hour, at an instant."""

    at: datetime
    practice: Practice
    handle: str
    start: datetime


async def _day(url: str) -> float:
    """A day on which appointments are moved, told by push, and then reminded of: the requests of each calendar."""
    clock = StoppedClock()
    async with open_engine(url, clock) as engine:
        practices = await _practices(engine, clock)
        chance, moves = random.Random(1), []  # noqa: S311 - moments, not secrets
        for each in practices:
            for number in range(MOVED):
                start = clock.now() + chance.uniform(1.15, 1.38) * DAY
                handle = await each.server.create(f"{WRITTEN[:-2]}{10 + number}", start)
                moves.append(_Move(clock.now() + chance.uniform(0.01, 0.13) * DAY, each, handle, start))
        await practices[0].run()
        before = sum(len(each.server.requests) for each in practices)
        for move in sorted(moves, key=lambda each: each.at):
            await practices[0].until(move.at)
            await move.practice.server.move(move.handle, move.start + timedelta(hours=1))
            await move.practice.poll_now()  # as a hint does
        await practices[0].until(StoppedClock().now() + DAY)
        return (sum(len(each.server.requests) for each in practices) - before) / SAMPLE + _LISTS_OF_CALENDARS


async def _practices(engine: Engine, clock: StoppedClock) -> list[Practice]:
    """Each with a calendar of its own at the same provider, who tells of changes."""
    feed, push = MemoryFeed(), {Provider.GOOGLE: "https://push.example"}
    rules = shipped_rules()
    bridge = Bridge(engine, Vault([bytes(32)]), {Provider.GOOGLE: feed}, rules, BILLING, push_addresses=push)
    practices = []
    for number in range(SAMPLE):
        server = feed.servers[f"calendar{number}"] = MemoryCalendar(f"calendar{number}")
        account_id = await client(engine, f"client{number}", units=100, plan="SOLO")
        lies = (Provider.GOOGLE, server.secret, server.calendar_id)
        unit = partial(link, bridge=bridge, account_id=account_id, lies=lies, settings=CalendarSettings())
        practices.append(Practice(engine, clock, bridge, server, account_id, await engine.write(unit)))
    return practices
