"""Alice's practice: a linked calendar, a clock, and short ways to make time pass and to look at what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gateway.calendar import calendars, connections
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.feeds.port import CalendarFeed, Granted, RemoteCalendar
from gateway.calendar.settings import CalendarSettings, stored
from gateway.calendar.sync import Sync
from gateway.calendar.tables import calendar_letter, event, reminder
from gateway.calendar.words import LetterKind, Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.cast import alice, shipped_rules
from tests.clock import StoppedClock

PARIS = ZoneInfo("Europe/Paris")

MOBILE = "+33639981234"  # of the sandbox phone, which delivers
WRITTEN = "06 39 98 12 34"
OTHER = "06 39 98 56 78"


def paris(text: str) -> datetime:
    """A wall-clock time in Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@dataclass
class Practice:
    """A client with one calendar that is enabled."""

    engine: Engine
    clock: StoppedClock
    bridge: Bridge
    server: MemoryCalendar
    account_id: int
    key: Key

    async def sync(self) -> int:
        """Poll what is due; how many connections were."""
        return await Sync(self.bridge).run_once()

    async def poll_now(self) -> None:
        """Have the calendar polled, whatever its time."""
        now = self.clock.now()
        await self.engine.write(lambda connection: connections.hasten(connection, now, [self.key]))
        await self.sync()

    async def calendar(self) -> Calendar:
        """As its row has it."""
        found = await self.engine.read(lambda connection: calendars.by_keys(connection, [self.key]))
        return found[self.key]

    async def set(self, **settings: Any) -> None:
        """Change settings behind everybody's back."""
        chosen = replace((await self.calendar()).settings, **settings)
        await self.engine.write(lambda connection: calendars.change(connection, self.key, settings=stored(chosen)))

    async def events(self) -> Sequence[Any]:
        """The rows of events, the oldest first."""
        return await self._rows(select(event).order_by(event.c.event_id))

    async def reminders(self) -> Sequence[Any]:
        """The rows of reminders, by when they are due."""
        return await self._rows(select(reminder).order_by(reminder.c.due_at, reminder.c.reminder_id))

    async def letters(self) -> list[LetterKind]:
        """What was written to the practice."""
        row = calendar_letter.c
        return [each.kind for each in await self._rows(select(row.kind).order_by(row.letter_id))]

    async def _rows(self, statement: Any) -> Sequence[Any]:
        return await self.engine.read(lambda connection: connection.execute(statement).all())


async def practice(
    engine: Engine,
    clock: StoppedClock,
    server: MemoryCalendar,
    *,
    feed: CalendarFeed | None = None,
    units: int = 100,
    **settings: Any,
) -> Practice:
    """Open Alice's practice with her calendar linked and enabled."""
    member = await alice(engine, units)
    bridge = Bridge(
        engine,
        Vault([bytes(32)]),
        {Provider.GOOGLE: feed or MemoryFeed(server, rereads=server.rereads)},
        shipped_rules(),
        BILLING,
    )
    key = await engine.write(
        lambda connection: link(connection, bridge, member.account_id, server, CalendarSettings(**settings))
    )
    return Practice(engine, clock, bridge, server, member.account_id, key)


def link(
    connection: Connection, bridge: Bridge, account_id: int, server: MemoryCalendar, settings: CalendarSettings
) -> Key:
    """Link and enable a calendar."""
    stamp = bridge.engine.stamp()
    connection_id = connections.link(
        connection,
        stamp,
        "tests",
        bridge.vault,
        account_id=account_id,
        provider=Provider.GOOGLE,
        granted=Granted(server.secret, f"user of {server.calendar_id}", "alice@gmail.example"),
        calendars=[RemoteCalendar(server.calendar_id, "Appointments", "Europe/Paris")],
        zone="Europe/Paris",
    )
    (one,) = calendars.of_connection(connection, account_id, connection_id)
    since = stamp.now - timedelta(days=365)
    calendars.change(connection, one.key, enabled_at=since, next_poll_at=stamp.now, settings=stored(settings))
    return one.key
