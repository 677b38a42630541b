"""The feed of Google calendars."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.calendar.feeds.cursor import Cursor, reach, read_cursor, write_cursor
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.faults import not_written
from gateway.calendar.feeds.google.mapping import FIELDS, read_calendars, read_event, sort_out
from gateway.calendar.feeds.google.tokens import read_tokens, write_tokens
from gateway.calendar.feeds.occurrences import known_zone
from gateway.calendar.feeds.port import Changes, Channel, FeedError, FeedEvent, RemoteCalendar, Retitled, Title, Window
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.clock import Clock

log = logging.getLogger(__name__)

#: Everything is listed anew once a day: it also heals what Google may have failed to tell.
STEP = timedelta(days=1)

CHANNEL_LIFE = timedelta(days=7)  # as asked for; Google's answer counts

#: The parameters of every list: Google wants the same ones with a sync token as without.
_LIST: Mapping[str, Any] = {
    "singleEvents": True,
    "maxResults": 2500,  # the largest
    "maxAttendees": 1,
    "fields": f"nextPageToken,nextSyncToken,timeZone,items({FIELDS})",
}
_ASKED = "&".join(f"{name}={value}" for name, value in sorted(_LIST.items()))

_MOST_PAGES = 40

_NO_PUSH = "pushNotSupportedForRequestedResource"  # calendars of holidays, and the like


class GoogleFeed:
    """Calendars at Google."""

    provider = Provider.GOOGLE
    rereads = True

    def __init__(self, client: GoogleClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def open(self, secret: bytes) -> "GoogleSession":
        """A session with the tokens of a consent."""
        return GoogleSession(self._client, self._clock, secret)


class GoogleSession:
    """The calendars of one user of Google's."""

    def __init__(self, client: GoogleClient, clock: Clock, secret: bytes) -> None:
        self._client = client
        self._clock = clock
        self._tokens = read_tokens(secret)
        self.secret = secret

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """The calendars whose events this user can read."""
        fields = "nextPageToken,items(id,summary,summaryOverride,timeZone,accessRole,primary,deleted)"
        pages = await self._pages("calendarList.list", gone=FeedFault.SCOPE_MISSING, maxResults=250, fields=fields)
        return read_calendars(item for page in pages for item in page.get("items", ()))

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """What changed; everything once a day, and where there is no cursor that serves."""
        known = read_cursor(cursor) if cursor else None
        if known and known.serves(_ASKED, window):
            listed, since = known.window, {"syncToken": known.token}
        else:
            known, listed = None, reach(window, STEP)
            since = {"timeMin": listed.start.isoformat(), "timeMax": listed.end.isoformat()}
        pages = await self._pages("events.list", calendarId=calendar_id, **_LIST, **since)
        zone = known_zone(str(pages[-1].get("timeZone", "")))
        found = sort_out((item for page in pages for item in page.get("items", ())), zone, listed)
        return Changes(
            events=found.events,
            removed=frozenset(found.removed),
            removed_series=frozenset(found.removed_series),
            cursor=write_cursor(Cursor(str(pages[-1].get("nextSyncToken", "")), _ASKED, listed)),
            complete=known is None,
            listed=listed if known is None else None,
        )

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """The event as it is now; deleted ones are still there for Google, as cancelled."""
        try:
            item = await self._ask(
                "events.get", calendarId=calendar_id, eventId=event_id, maxAttendees=1, fields=FIELDS
            )
        except FeedError as error:
            if error.fault in (FeedFault.CALENDAR_GONE, FeedFault.CURSOR_EXPIRED):  # 404, 410
                return None
            raise
        zone = None if "timeZone" in item.get("start", {}) else await self._zone(calendar_id)
        return read_event(item, zone)

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """Patch the title alone; of an instance, which becomes an exception of its series."""
        of_event = {"calendarId": calendar_id, "eventId": event_id}
        try:
            item = await self._ask("events.get", **of_event, maxAttendees=1, fields="status,summary,etag")
            before = str(item.get("summary", ""))
            if item.get("status") == "cancelled":
                return Retitled.GONE
            if (after := title(before)) != before:
                body = {"summary": after}
                silent = {"sendUpdates": "none", "fields": "id", "if_match": str(item["etag"])}
                await self._ask("events.patch", **of_event, **silent, body=body)
        except FeedError as error:
            if (outcome := not_written(error)) is None:
                raise
            return outcome
        return Retitled.DONE

    async def watch(self, calendar_id: str, channel_id: str, address: str, token: str) -> Channel | None:
        """Open a channel for a week; None for a calendar that Google tells nothing of.

        Google takes an address that it cannot reach: that it does, only its message ``sync`` tells.
        """
        until = self._clock.now() + CHANNEL_LIFE
        wanted = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": token,
            "expiration": str(_milliseconds(until)),
        }
        try:  # whatever is wrong with it is nothing that a poll would not find out by itself
            opened = await self._ask("events.watch", gone=FeedFault.UNAVAILABLE, calendarId=calendar_id, body=wanted)
        except FeedError as error:
            if error.detail.endswith(_NO_PUSH):
                return None
            raise
        expires_at = datetime.fromtimestamp(int(opened["expiration"]) / 1000, UTC) if "expiration" in opened else until
        return Channel(channel_id, str(opened["resourceId"]), expires_at, validated=False)

    async def renew(self, calendar_id: str, channel: Channel, address: str, token: str) -> Channel:
        """Open a new channel and only then close the old one: Google's cannot be kept open for longer."""
        opened = await self.watch(calendar_id, secrets.token_hex(16), address, token)
        if opened is None:
            raise FeedError(FeedFault.UNAVAILABLE, _NO_PUSH)
        try:
            await self.stop(channel)
        except FeedError as error:
            log.info("an old channel was left to expire: %s", error.fault)
        return opened

    async def stop(self, channel: Channel) -> None:
        """Close a channel."""
        body = {"id": channel.channel_id, "resourceId": channel.resource_id}
        try:
            await self._ask("channels.stop", body=body)
        except FeedError as error:
            if error.fault is not FeedFault.CALENDAR_GONE:  # 404: there is no such channel
                raise

    async def close(self) -> None:
        """Nothing is held between two requests."""

    async def _zone(self, calendar_id: str) -> str | None:
        """The zone of a calendar: every list of its events tells it."""
        page = await self._ask("events.list", calendarId=calendar_id, maxResults=1, fields="timeZone")
        return known_zone(str(page.get("timeZone", "")))

    async def _pages(self, request: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """Every page of a list; the last one has the sync token."""
        pages = [await self._ask(request, **parameters)]
        while token := pages[-1].get("nextPageToken"):
            if len(pages) == _MOST_PAGES:
                raise FeedError(FeedFault.TOO_LARGE, "pages")
            pages.append(await self._ask(request, **parameters, pageToken=token))
        return pages

    async def _ask(self, request: str, **parameters: Any) -> Mapping[str, Any]:
        answer, tokens = await self._client.ask(self._tokens, request, **parameters)
        if tokens != self._tokens:
            self._tokens, self.secret = tokens, write_tokens(tokens)
        return answer


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
