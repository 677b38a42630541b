"""Alice's practice: a linked calendar, a clock, and short ways to make time pass and to look at what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, update

from gateway.billing import subscriptions
from gateway.billing.lots import Grant, grant
from gateway.billing.subscriptions import Change, Subscribe
from gateway.calendar import calendars, connections
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.due import Due
from gateway.calendar.feeds.port import CalendarFeed, Granted, RemoteCalendar
from gateway.calendar.polling import Pace
from gateway.calendar.settings import FIRST_RULE, CalendarSettings, Rule, stored
from gateway.calendar.sync import Sync
from gateway.calendar.tables import calendar_connection, calendar_letter, event, reminder
from gateway.calendar.words import LetterKind, Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault, secret
from gateway.sms import optouts
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.periods import Interval
from plans.prices import Formula
from plans.words import LotKind
from tests.billing.buyers import RULES as BILLING
from tests.billing.buyers import new_subscriber
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.calendar.server import CalendarServer
from tests.cast import YEAR, shipped_rules
from tests.clock import StoppedClock

PARIS = ZoneInfo("Europe/Paris")

MOBILE = "+33639981234"  # of the sandbox phone, which delivers
WRITTEN = "06 39 98 12 34"
OTHER = "06 39 98 56 78"

#: How long after its time anything is looked at: nobody is ever exactly on time.
LATE = timedelta(milliseconds=7)


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

    async def linked(self) -> connections.Linked:
        """The one connection, as its row has it."""
        (found,) = await self.engine.read(lambda connection: connections.listing(connection, self.account_id))
        return found

    async def list_anew(self) -> None:
        """Have the calendars of the connection listed at its next turn."""
        now, connection_id = self.clock.now(), (await self.calendar()).connection_id
        await self.engine.write(
            lambda connection: connections.list_anew(connection, now, self.account_id, connection_id)
        )

    async def run(self) -> None:
        """Do all that is due now, as two workers who know nothing of each other."""
        workers: list[Sync | Due] = [Sync(self.bridge), Sync(self.bridge), Due(self.bridge), Due(self.bridge)]
        while any(await asyncio.gather(*(each.run_once() for each in workers))):
            pass

    async def until(self, instant: datetime, watch: Callable[[], Awaitable[None]] | None = None) -> None:
        """Let time pass, and do at each moment what is due then; ``watch`` looks at what came of it."""
        await self._moment(self.clock.now(), watch)
        while (then := await self.engine.read(_next)) is not None and then <= instant:
            await self._moment(max(then + LATE, self.clock.now()), watch)
        await self._moment(max(instant, self.clock.now()), watch)

    async def _moment(self, instant: datetime, watch: Callable[[], Awaitable[None]] | None) -> None:
        self.clock.set(instant)
        await self.run()
        if watch:
            await watch()

    async def sms(self) -> list[str]:
        """Whom something was sent to, in order."""
        return [each.recipient for each in await self.messages()]

    async def messages(self) -> Sequence[Any]:
        """The rows of messages that were not refused, in order."""
        row = message.c
        return await self._rows(select(message).where(row.state != MessageState.REJECTED).order_by(row.message_id))

    async def ledger(self) -> list[str]:
        """State and reason of every reminder, by when it is due."""
        return [f"{each.state}: {each.reason}" if each.reason else f"{each.state}" for each in await self.reminders()]

    async def change(self, **values: Any) -> None:
        """Set columns of the calendar behind everybody's back."""
        await self.engine.write(lambda connection: calendars.change(connection, self.key, **values))

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

    async def grant(self, units: int) -> None:
        """Give the practice a pack."""
        stamp = self.engine.stamp()
        pack = Grant(self.account_id, LotKind.PACK, units, "pack", stamp.now + YEAR)
        await self.engine.write(lambda connection: grant(connection, stamp, pack))

    async def say_stop(self, number: str) -> None:
        """A patient says STOP."""
        await self.engine.write(
            lambda connection: optouts.add(
                connection, self.engine.stamp(), "tests", account="alice", number=number, sandbox=True
            )
        )

    async def add(self, server: MemoryCalendar, rules: Sequence[str] = (FIRST_RULE,)) -> Key:
        """Link and enable another calendar of the same practice."""
        feed = self.bridge.feeds[Provider.GOOGLE]
        assert isinstance(feed, MemoryFeed)
        feed.servers[server.calendar_id] = server
        return await self.engine.write(
            lambda connection: link(
                connection,
                self.bridge,
                self.account_id,
                (feed.provider, server.secret, server.calendar_id),
                CalendarSettings(rules=tuple(map(Rule, rules))),
            )
        )

    async def change_plan(self, plan: str) -> None:
        """Take another plan."""
        wish = Change(Formula(plan, Interval.MONTH))
        stamp = self.engine.stamp()
        await self.engine.write(
            lambda connection: subscriptions.apply(connection, stamp, BILLING, account_id=self.account_id, wish=wish)
        )

    async def message_is(self, message_id: int, state: MessageState) -> None:
        """Have the network tell of a message."""
        values = {"state": state, "submitted_at": self.clock.now()}
        moved = update(message).where(message.c.message_id == message_id).values(values)
        await self.engine.write(lambda connection: connection.execute(moved))

    async def break_zone_of(self, number: str) -> None:
        """Spoil a row so that nobody can make sense of it."""
        spoilt = update(event).where(event.c.number == number).values(zone="Mars/Olympus")
        await self.engine.write(lambda connection: connection.execute(spoilt))

    async def spoil_secret_of(self, calendar_id: str) -> None:
        """Swap the secret of a connection for one that was kept for somebody else."""

        def unit(connection: Connection) -> None:
            subject = calendar_connection.c.subject == f"user of {calendar_id}"
            connection_id = connection.scalar(select(calendar_connection.c.connection_id).where(subject))
            moved = update(secret).where(secret.c.owner == f"calendar:{connection_id}").values(nonce=bytes(12))
            connection.execute(moved)

        await self.engine.write(unit)

    async def facts(self) -> list[Any]:
        """What the letters tell, in order."""
        row = calendar_letter.c
        return [each.facts for each in await self._rows(select(row.facts).order_by(row.letter_id))]

    async def _rows(self, statement: Any) -> Sequence[Any]:
        return await self.engine.read(lambda connection: connection.execute(statement).all())


def _next(connection: Connection) -> datetime | None:
    """When something is due next."""
    times = [
        connection.scalar(select(func.min(each.c.look_at)).where(each.c.claimed_by.is_(None)))
        for each in (reminder, calendar_connection)
    ]
    return min((each for each in times if each is not None), default=None)


@dataclass(frozen=True)
class Served:
    """A calendar on some server: in the hands of its owner, and by its feed."""

    server: CalendarServer
    feed: CalendarFeed
    secret: bytes
    calendar_id: str


async def practice(
    engine: Engine,
    clock: StoppedClock,
    server: MemoryCalendar,
    *,
    served: Served | None = None,
    units: int = 100,
    plan: str | None = "SOLO",
    vault: Vault | None = None,
    polled: timedelta = timedelta(hours=6),
    rules: Sequence[str] = (FIRST_RULE,),
    **settings: Any,
) -> Practice:
    """Open Alice's practice with her calendar linked and enabled: in memory, or wherever it is served."""
    account_id = await client(engine, units=units, plan=plan)
    lies = served or Served(server, MemoryFeed(server, rereads=server.rereads), server.secret, server.calendar_id)
    provider = lies.feed.provider
    bridge = Bridge(
        engine,
        vault or Vault([bytes(32)]),
        {provider: lies.feed},
        shipped_rules(),
        BILLING,
        Pace(google=polled, outlook=polled, caldav=polled, ics=polled),
    )
    chosen = CalendarSettings(rules=tuple(map(Rule, rules)), **settings)
    key = await engine.write(
        lambda connection: link(connection, bridge, account_id, (provider, lies.secret, lies.calendar_id), chosen)
    )
    return Practice(engine, clock, bridge, server, account_id, key)


async def client(engine: Engine, slug: str = "alice", *, units: int, plan: str | None) -> int:
    """A client with a pack of ``units`` and a trial of a plan; its account."""
    account_id = await new_subscriber(engine, slug)

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        if units:
            grant(connection, stamp, Grant(account_id, LotKind.PACK, units, "pack", stamp.now + YEAR))
        if plan:
            wish = Subscribe(Formula(plan, Interval.MONTH))
            subscriptions.apply(connection, stamp, BILLING, account_id=account_id, wish=wish)

    await engine.write(unit)
    return account_id


def link(
    connection: Connection,
    bridge: Bridge,
    account_id: int,
    lies: tuple[Provider, bytes, str],
    settings: CalendarSettings,
) -> Key:
    """Link and enable a calendar."""
    stamp, (provider, secret, calendar_id) = bridge.engine.stamp(), lies
    connection_id = connections.link(
        connection,
        stamp,
        "tests",
        bridge.vault,
        account_id=account_id,
        provider=provider,
        granted=Granted(secret, f"user of {calendar_id}"[:300], "alice@gmail.example", writes=True),
        calendars=[RemoteCalendar(calendar_id, "Appointments", "Europe/Paris")],
        zone="Europe/Paris",
    )
    (one,) = calendars.of_connection(connection, account_id, connection_id)
    since = stamp.now - timedelta(days=365)
    calendars.change(connection, one.key, enabled_at=since, next_poll_at=stamp.now, settings=stored(settings))
    return one.key
