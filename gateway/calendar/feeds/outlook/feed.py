"""The feed of Outlook calendars."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from gateway.calendar.feeds.cursor import Cursor, reach, read_cursor, write_cursor
from gateway.calendar.feeds.outlook.faults import not_written
from gateway.calendar.feeds.outlook.graph import PREFER, Graph, GraphUser
from gateway.calendar.feeds.outlook.mapping import (
    FIELDS,
    Rows,
    filled,
    is_thin,
    read_calendars,
    read_event,
    read_events,
    sort_out,
)
from gateway.calendar.feeds.outlook.subscriptions import Subscriptions
from gateway.calendar.feeds.port import Changes, Channel, FeedError, FeedEvent, RemoteCalendar, Retitled, Title, Window
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.clock import Clock

#: Graph's windows do not slide: a new one is begun once a week.
STEP = timedelta(days=7)

_DELTA = f"{PREFER}, odata.maxpagesize=200"
_MOST_PAGES = 200
_MOST_SERIES = 20  # of which each costs a request: where more have changed, everything is listed anew

Json = Mapping[str, Any]


class OutlookFeed:
    """Calendars at Microsoft, of work and school accounts and of personal ones."""

    provider = Provider.OUTLOOK
    rereads = True

    def __init__(self, graph: Graph, clock: Clock) -> None:
        self._graph = graph
        self._clock = clock

    def open(self, secret: bytes) -> "OutlookSession":
        """A session with what msal keeps of a sign-in."""
        return OutlookSession(GraphUser(self._graph, secret), self._clock)


class OutlookSession:
    """The calendars of one user."""

    def __init__(self, user: GraphUser, clock: Clock) -> None:
        self._user = user
        self._subscriptions = Subscriptions(user, clock)

    @property
    def secret(self) -> bytes:
        """What is to be kept of the sign-in."""
        return self._user.secret

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """The calendars of this user, and those that others share."""
        query = {"$select": "id,name,isDefaultCalendar,owner,canEdit", "$top": 100}
        rows, _ = await self._rows("me/calendars", gone=FeedFault.SCOPE_MISSING, query=query)
        return read_calendars(rows)

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """What changed; everything once a week, and where there is no cursor that serves."""
        known = read_cursor(cursor) if cursor else None
        if known and known.serves(_DELTA, window):
            rows, link = await self._rows(known.token, prefer=_DELTA)
            found = sort_out(rows)
            if len(found.touched) <= _MOST_SERIES:
                return await self._since(calendar_id, known, found, link)
            return await self._everything(calendar_id, known.window)
        return await self._everything(calendar_id, reach(window, STEP))

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """The event as it is now."""
        row = await self._event(calendar_id, event_id)
        return read_event(row) if row else None

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """Patch the title alone; of an occurrence, which becomes an exception of its series.

        Graph has no way to change an event that has guests without telling them.
        """
        path = _path(calendar_id, "events", event_id)
        try:
            row = await self._user.ask("GET", path, query={"$select": "subject,attendees"})
            before = str(row.get("subject") or "")
            if (after := title(before)) == before:
                return Retitled.DONE
            if row.get("attendees"):
                return Retitled.GUESTS
            await self._user.ask("PATCH", path, body={"subject": after}, if_match=str(row.get("@odata.etag", "")))
        except FeedError as error:
            if (outcome := not_written(error)) is None:
                raise
            return outcome
        return Retitled.DONE

    async def watch(self, calendar_id: str, channel_id: str, address: str, token: str) -> Channel | None:
        """Open a subscription; Graph gives it a name of its own, by which its notices are known."""
        del channel_id
        return await self._subscriptions.create(_path(calendar_id, "events"), address, token)

    async def renew(self, calendar_id: str, channel: Channel, address: str, token: str) -> Channel:
        """Keep a subscription for longer; where it is gone, open a new one."""
        kept = await self._subscriptions.extend(channel)
        return kept or await self._subscriptions.create(_path(calendar_id, "events"), address, token)

    async def stop(self, channel: Channel) -> None:
        """Close a subscription."""
        await self._subscriptions.delete(channel)

    async def close(self) -> None:
        """Nothing is held between two requests."""

    async def _everything(self, calendar_id: str, window: Window) -> Changes:
        rows, link = await self._rows(_path(calendar_id, "calendarView/delta"), query=_bounds(window), prefer=_DELTA)
        found = sort_out(rows)
        events, unreadable = read_events(await self._whole(calendar_id, window, found))
        cursor = write_cursor(Cursor(link, _DELTA, window))
        return Changes(events, frozenset(unreadable), cursor, complete=True, listed=window)

    async def _since(self, calendar_id: str, known: Cursor, found: Rows, link: str) -> Changes:
        """Of each series that was touched, everything is read anew.

        A delta sends the rest of a series where one occurrence was deleted, and its occurrences without their texts.
        """
        rows = [each for each in found.events if not each.get("seriesMasterId")]
        gone, whole = set(found.removed), set[str]()
        for series in sorted(found.touched - found.removed):
            occurrences = await self._occurrences(calendar_id, series, known.window)
            (gone if occurrences is None else whole).add(series)
            rows.extend(occurrences or ())
        events, unreadable = read_events(rows)
        return Changes(
            events=events,
            removed=frozenset(gone | unreadable),
            removed_series=frozenset(gone),  # of what is gone there are only ids: it may have been a series
            complete_series=frozenset(whole),
            cursor=write_cursor(Cursor(link, _DELTA, known.window)),
            complete=False,
        )

    async def _whole(self, calendar_id: str, window: Window, found: Rows) -> list[Json]:
        """The rows with their texts: those of thin ones are in their series, which are read where they did not come.

        Where many did not, one plain view of the window has it all.
        """
        missing = sorted(
            {str(each.get("seriesMasterId")) for each in found.events if is_thin(each)} - found.series.keys()
        )
        if len(missing) > _MOST_SERIES:
            query = {**_bounds(window), "$select": FIELDS, "$top": 200}
            view, _ = await self._rows(_path(calendar_id, "calendarView"), query=query)
            told = {each.get("id"): each for each in view}
            return [told.get(each["id"], each) for each in found.events]
        for series in missing:
            found.series[series] = await self._event(calendar_id, series) or {}
        return [
            filled(each, found.series[str(each.get("seriesMasterId"))]) if is_thin(each) else each
            for each in found.events
        ]

    async def _occurrences(self, calendar_id: str, series: str, window: Window) -> list[Json] | None:
        """The occurrences of a series in a window with all their texts; None where the series is gone."""
        query = {**_bounds(window), "$select": FIELDS, "$top": 200}
        try:
            rows, _ = await self._rows(_path(calendar_id, "events", series, "instances"), query=query)
        except FeedError as error:
            if error.fault is FeedFault.CALENDAR_GONE:
                return None
            raise
        return rows

    async def _event(self, calendar_id: str, event_id: str) -> Json | None:
        """An event as it is; asked for in its calendar, for those of shared calendars are in no other place."""
        try:
            return await self._user.ask("GET", _path(calendar_id, "events", event_id), query={"$select": FIELDS})
        except FeedError as error:
            if error.fault is FeedFault.CALENDAR_GONE:
                return None
            raise

    async def _rows(self, link: str, **request: Any) -> tuple[list[Json], str]:
        """The rows of all pages, and the link to the changes after them, "" where there is none."""
        rows: list[Json] = []
        prefer = request.get("prefer", PREFER)
        page = await self._user.ask("GET", link, **request)
        for _ in range(_MOST_PAGES):
            rows.extend(each for each in page.get("value", ()) if isinstance(each, dict))
            if not (further := page.get("@odata.nextLink")):
                return rows, str(page.get("@odata.deltaLink", ""))
            page = await self._user.ask("GET", str(further), prefer=prefer)
        raise FeedError(FeedFault.TOO_LARGE, "pages")


def _path(calendar_id: str, *parts: str) -> str:
    """A path below a calendar; ids are given to Graph as it gave them, whatever they hold."""
    first, *rest = parts
    return "/".join(("me/calendars", quote(calendar_id, safe=""), first, *(quote(each, safe="") for each in rest)))


def _bounds(window: Window) -> dict[str, str | int]:
    return {"startDateTime": _utc(window.start), "endDateTime": _utc(window.end)}


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}Z"
