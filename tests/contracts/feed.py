"""What every feed must keep: each connector's tests inherit this suite and say what it is linked to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from gateway.calendar.feeds.port import Changes, FeedError, FeedEvent, FeedSession, Window
from gateway.calendar.words import EventStatus, FeedFault
from tests.calendar.server import CalendarServer

PARIS = ZoneInfo("Europe/Paris")
WINDOW = Window(datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2027, 4, 20, 9, tzinfo=UTC))  # over a change of clocks
FIRST = datetime(2026, 11, 24, 10, 0, tzinfo=PARIS)
LATER = datetime(2027, 9, 14, 10, 0, tzinfo=PARIS)  # outside of the window

#: Title and start of what takes place.
Agenda = list[tuple[str, datetime]]


@dataclass
class Linked:
    """A session, and its calendar in the hands of its owner."""

    session: FeedSession
    calendar_id: str
    server: CalendarServer


@dataclass
class Keeper:
    """Keeps what a feed tells, as the port says how."""

    linked: Linked
    cursor: str | None = None
    known: dict[str, FeedEvent] = field(default_factory=dict)

    async def poll(self) -> Changes:
        """Ask for changes, and for everything where the cursor has expired."""
        try:
            told = await self.linked.session.changes(self.linked.calendar_id, self.cursor, WINDOW)
        except FeedError as error:
            if error.fault is not FeedFault.CURSOR_EXPIRED:
                raise
            told = await self.linked.session.changes(self.linked.calendar_id, None, WINDOW)
        self.known = {} if told.complete else {name: each for name, each in self.known.items() if stays(each, told)}
        self.known |= {each.event_id: each for each in told.events}
        self.cursor = told.cursor
        return told

    def agenda(self) -> Agenda:
        """What takes place in the window, as far as the keeper knows."""
        return agenda([(each.title or "", each.start) for each in self.known.values() if is_on(each)])


def stays(known: FeedEvent, told: Changes) -> bool:
    """Whether what is known of an event outlasts changes."""
    series = told.removed_series | told.complete_series
    return known.event_id not in told.removed and known.series_id not in series and known.uid not in series


def is_on(known: FeedEvent) -> bool:
    """Whether an event takes place."""
    return known.status in {EventStatus.CONFIRMED, EventStatus.TENTATIVE}


def agenda(all_of_them: list[tuple[str, object]]) -> Agenda:
    """What of it lies in the window, in order."""
    timed = [(title, at.astimezone(UTC)) for title, at in all_of_them if isinstance(at, datetime)]
    inside = [each for each in timed if WINDOW.start <= each[1] < WINDOW.end]
    return sorted(inside, key=lambda each: (each[1], each[0]))


@dataclass
class Entry:
    """An event or series in the owner's own diary, on paper."""

    title: str
    start: datetime  # on the wall clock of Paris
    weeks: int
    cancelled: bool = False
    moved: dict[int, datetime] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def occurrences(self) -> list[tuple[str, object]]:
        """What takes place of it."""
        numbers = [number for number in range(max(self.weeks, 1)) if number not in self.deleted]
        starts = [self.moved.get(number, self.start + timedelta(weeks=number)) for number in numbers]
        return [] if self.cancelled else [(self.title, start) for start in starts]


class Owner:
    """Somebody who changes a calendar at random, and keeps a diary on paper."""

    def __init__(self, server: CalendarServer, random: Random) -> None:
        self._server = server
        self._random = random
        self._minutes = 0
        self.diary: dict[str, Entry] = {}

    def agenda(self) -> Agenda:
        """What takes place in the window, as the diary has it."""
        return agenda([each for entry in self.diary.values() for each in entry.occurrences()])

    async def act(self) -> None:
        """Do something."""
        acts: list[Callable[[], Awaitable[None]]] = [self._create]
        if self.diary:
            acts += [self._move, self._edit, self._cancel, self._delete, self._move_one, self._delete_one] * 2
            acts.append(self._server.expire_cursors)
        await self._random.choice(acts)()

    async def _create(self) -> None:
        title, start, weeks = f"Patient {self._minutes}", self._moment(), self._random.choice([0, 0, 3, 20])
        handle = await self._server.create(title, start, weeks=weeks)
        self.diary[handle] = Entry(title, start, weeks)

    async def _move(self) -> None:
        handle, entry = self._any()
        start = self._moment()
        if not entry.cancelled:
            await self._server.move(handle, start)
            entry.start, entry.moved, entry.deleted = start, {}, set()

    async def _edit(self) -> None:
        handle, entry = self._any()
        if not entry.cancelled:
            entry.title = f"{entry.title}, edited"
            await self._server.edit(handle, title=entry.title)

    async def _cancel(self) -> None:
        handle, entry = self._any()
        await (self._server.uncancel if entry.cancelled else self._server.cancel)(handle)
        entry.cancelled = not entry.cancelled

    async def _delete(self) -> None:
        handle, entry = self._any()
        if not entry.cancelled:
            await self._server.delete(handle)
            del self.diary[handle]

    async def _move_one(self) -> None:
        handle, entry = self._any()
        number, start = self._random.randrange(max(entry.weeks, 1)), self._moment()
        if entry.weeks and not entry.cancelled and number not in entry.deleted:
            await self._server.move_occurrence(handle, number, start)
            entry.moved[number] = start

    async def _delete_one(self) -> None:
        handle, entry = self._any()
        number = self._random.randrange(max(entry.weeks, 1))
        alone = len(entry.deleted) == entry.weeks - 1  # servers differ in what is left of a series of nothing
        if entry.weeks and not entry.cancelled and number not in entry.deleted and not alone:
            await self._server.delete_occurrence(handle, number)
            entry.deleted.add(number)
            entry.moved.pop(number, None)

    def _any(self) -> tuple[str, Entry]:
        return self._random.choice(list(self.diary.items()))

    def _moment(self) -> datetime:
        """A time that nobody had before; one of eight lies outside of the window."""
        self._minutes += 1
        first = FIRST if self._random.random() < 7 / 8 else LATER
        return first + timedelta(days=self._random.randrange(60), minutes=self._minutes % 300)


class FeedContract:
    """The suite. A connector gives the fixture ``linked``: an empty calendar, and a session that may read it."""

    @pytest.fixture
    def server(self, linked: Linked) -> CalendarServer:
        """The calendar in the hands of its owner."""
        return linked.server

    @pytest.fixture
    def keeper(self, linked: Linked) -> Keeper:
        """Somebody who has not asked yet."""
        return Keeper(linked)

    async def test_the_first_list_is_complete(self, keeper: Keeper, server: CalendarServer) -> None:
        await server.create("Martin", FIRST)
        assert (await keeper.poll()).complete
        assert keeper.agenda() == agenda([("Martin", FIRST)])

    async def test_nothing_new_is_told_as_nothing(self, keeper: Keeper, server: CalendarServer) -> None:
        await server.create("Martin", FIRST)
        await keeper.poll()
        before = keeper.agenda()
        await keeper.poll()
        assert keeper.agenda() == before

    async def test_an_event_brings_what_reminders_need(self, keeper: Keeper, server: CalendarServer) -> None:
        await server.create("Martin", FIRST, location="12 rue Haute", description="06 12 34 56 78")
        await keeper.poll()
        (event,) = keeper.known.values()
        assert (event.start, event.end) == (FIRST, FIRST + timedelta(hours=1))
        assert (event.title, event.location, event.zone) == ("Martin", "12 rue Haute", "Europe/Paris")
        assert "06 12 34 56 78" in (event.description or "")
        assert event.uid
        assert event.revision

    async def test_occurrences_share_a_uid_and_are_told_apart_by_their_original_start(
        self, keeper: Keeper, server: CalendarServer
    ) -> None:
        handle = await server.create("Martin", FIRST, weeks=3)
        await keeper.poll()
        before = {each.event_id: (each.uid, each.original_start) for each in keeper.known.values()}
        assert len({uid for uid, _ in before.values()}) == 1
        assert sorted(original for _, original in before.values()) == [
            "20261124T090000Z",
            "20261201T090000Z",
            "20261208T090000Z",
        ]
        await server.move_occurrence(handle, 1, FIRST + timedelta(days=9))
        await keeper.poll()
        assert {each.event_id: (each.uid, each.original_start) for each in keeper.known.values()} == before

    async def test_an_event_that_leaves_the_window_is_not_known_any_more(
        self, keeper: Keeper, server: CalendarServer
    ) -> None:
        handle = await server.create("Martin", FIRST)
        await keeper.poll()
        await server.move(handle, LATER)
        await keeper.poll()
        assert keeper.agenda() == []
        await server.move(handle, FIRST)
        await keeper.poll()
        assert keeper.agenda() == agenda([("Martin", FIRST)])

    async def test_an_expired_cursor_loses_nothing(self, keeper: Keeper, server: CalendarServer) -> None:
        kept, dropped = await server.create("Martin", FIRST), await server.create("Dupont", FIRST)
        await keeper.poll()
        await server.delete(dropped)
        await server.expire_cursors()
        await server.edit(kept, title="Durand")
        await keeper.poll()
        assert keeper.agenda() == agenda([("Durand", FIRST)])

    async def test_one_event_is_read_again_as_it_is_now(
        self, keeper: Keeper, linked: Linked, server: CalendarServer
    ) -> None:
        handle = await server.create("Martin", FIRST)
        await keeper.poll()
        (known,) = keeper.known.values()
        assert await linked.session.reread(linked.calendar_id, known.event_id) == known
        await server.edit(handle, title="Dupont")
        again = await linked.session.reread(linked.calendar_id, known.event_id)
        assert again is not None
        assert again.title == "Dupont"
        assert again.revision != known.revision
        await server.delete(handle)
        gone = await linked.session.reread(linked.calendar_id, known.event_id)
        assert gone is None or not is_on(gone)

    async def test_a_server_that_is_out_of_order_is_no_reason_to_give_up(
        self, keeper: Keeper, server: CalendarServer
    ) -> None:
        await keeper.poll()
        await server.fail(1)
        with pytest.raises(FeedError) as failed:
            await keeper.linked.session.changes(keeper.linked.calendar_id, keeper.cursor, WINDOW)
        assert (failed.value.fault, failed.value.permanent) == (FeedFault.UNAVAILABLE, False)
        await keeper.poll()

    async def test_a_server_that_wants_to_be_left_alone_says_for_how_long(
        self, keeper: Keeper, server: CalendarServer
    ) -> None:
        await keeper.poll()
        await server.fail(1, timedelta(seconds=77))
        with pytest.raises(FeedError) as failed:
            await keeper.linked.session.changes(keeper.linked.calendar_id, keeper.cursor, WINDOW)
        assert (failed.value.fault, failed.value.retry_after) == (FeedFault.THROTTLED, timedelta(seconds=77))

    async def test_a_revoked_consent_is_final(self, keeper: Keeper, server: CalendarServer) -> None:
        await keeper.poll()
        await server.revoke()
        with pytest.raises(FeedError) as failed:
            await keeper.linked.session.changes(keeper.linked.calendar_id, keeper.cursor, WINDOW)
        assert failed.value.permanent


class ServedFeedContract(FeedContract):
    """Of feeds whose server is a program of its own."""

    @pytest.mark.parametrize("seed", range(3))
    async def test_who_follows_changes_knows_what_the_owner_knows(
        self, keeper: Keeper, server: CalendarServer, seed: int
    ) -> None:
        random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        owner = Owner(server, random)
        for _ in range(15):
            for _ in range(random.randrange(3)):
                await owner.act()
            await keeper.poll()
            assert keeper.agenda() == owner.agenda()
