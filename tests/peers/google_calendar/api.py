"""The methods of the Calendar API v3 that are there, with the scopes that open them."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.peers.google_calendar import editing
from tests.peers.google_calendar.accounts import Grant
from tests.peers.google_calendar.answers import Refused, refusal
from tests.peers.google_calendar.listing import told
from tests.peers.google_calendar.state import Peer

Json = dict[str, Any]

_AUTH = "https://www.googleapis.com/auth/"
LISTS = frozenset(_AUTH + name for name in ("calendar", "calendar.readonly", "calendar.calendarlist"))
LISTS |= {_AUTH + "calendar.calendarlist.readonly"}
WRITES = frozenset(_AUTH + name for name in ("calendar", "calendar.events", "calendar.events.owned"))
READS = WRITES | {_AUTH + name for name in ("calendar.readonly", "calendar.events.readonly")}
READS |= {_AUTH + name for name in ("calendar.events.owned.readonly", "calendar.events.public.readonly")}

#: What answers one method of the API: it is told who asks.
Act = Callable[[Peer, Request, Grant], Awaitable[Json | Response]]


def api_routes(peer: Peer) -> list[Route]:
    """The methods of the API that are there."""
    one = "/calendars/{calendar}/events/{event}"
    table: list[tuple[str, str, frozenset[str], Act]] = [
        ("GET", "/users/me/calendarList", LISTS, list_calendars),
        ("GET", "/calendars/{calendar}/events", READS, list_events),
        ("POST", "/calendars/{calendar}/events", WRITES, insert),
        ("POST", "/calendars/{calendar}/events/watch", READS, watch),
        ("GET", one, READS, get),
        ("PATCH", one, WRITES, patch),
        ("PUT", one, WRITES, update),
        ("DELETE", one, WRITES, delete),
        ("POST", f"{one}/move", WRITES, move),
        ("POST", "/channels/stop", READS | LISTS, stop),
    ]
    return [
        Route(path, _guarded(peer, scopes, act), methods=[method], name=act.__name__)
        for method, path, scopes, act in table
    ]


def _guarded(peer: Peer, scopes: frozenset[str], act: Act) -> Callable[[Request], Awaitable[Response]]:
    """``act`` for whoever may, unless an accident was planned."""

    async def answer(request: Request) -> Json | Response:
        grant = peer.accounts.who(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if grant is None:
            return refusal("authError")
        if not grant.scopes & scopes:
            return refusal("insufficientPermissions")
        try:
            return await act(peer, request, grant)
        except Refused as refused:
            return refused.response()

    async def endpoint(request: Request) -> Response:
        return await peer.accidents.around(request, lambda: answer(request))

    return endpoint


async def list_calendars(peer: Peer, request: Request, grant: Grant) -> Json:
    """``calendarList.list``."""
    entries = [each.entry() for each in peer.calendars.of(grant.user)]
    size = min(int(request.query_params.get("maxResults", 100)), 250)
    begin = int(request.query_params.get("pageToken", 0))
    answer: Json = {"kind": "calendar#calendarList", "etag": '"p1"', "items": entries[begin : begin + size]}
    if begin + size < len(entries):
        return answer | {"nextPageToken": str(begin + size)}
    return answer | {"nextSyncToken": "peer-list"}


async def list_events(peer: Peer, request: Request, grant: Grant) -> Json:
    """``events.list``."""
    return peer.listing.answer(peer.calendar(request, grant), request.query_params)


async def get(peer: Peer, request: Request, grant: Grant) -> Json:
    """``events.get``."""
    calendar = peer.calendar(request, grant)
    event = editing.find(calendar, request.path_params["event"])
    return told(event, request.query_params.get("timeZone", calendar.zone))


async def insert(peer: Peer, request: Request, grant: Grant) -> Json | Response:
    """``events.insert``."""
    calendar = peer.calendar(request, grant)
    return peer.written(calendar, editing.insert(calendar, await request.json()))


async def patch(peer: Peer, request: Request, grant: Grant) -> Json | Response:
    """``events.patch``: with ``If-Match`` only on the version of that etag (guides/version-resources)."""
    calendar, event_id = peer.calendar(request, grant), request.path_params["event"]
    if calendar.role not in ("owner", "writer"):
        raise Refused("requiredAccessLevel")
    before = editing.find(calendar, event_id)
    if request.headers.get("If-Match", before["etag"]) not in ("*", before["etag"]):
        raise Refused("conditionNotMet")
    if before.get("attendees") and request.query_params.get("sendUpdates", "none") != "none":
        peer.mailed.append(event_id)
    return peer.written(calendar, editing.patch(calendar, event_id, await request.json()))


async def update(peer: Peer, request: Request, grant: Grant) -> Json | Response:
    """``events.update``."""
    calendar = peer.calendar(request, grant)
    return peer.written(calendar, editing.update(calendar, request.path_params["event"], await request.json()))


async def delete(peer: Peer, request: Request, grant: Grant) -> Json | Response:
    """``events.delete``."""
    calendar = peer.calendar(request, grant)
    editing.delete(calendar, request.path_params["event"])
    return peer.written(calendar, None)


async def move(peer: Peer, request: Request, grant: Grant) -> Json | Response:
    """``events.move``."""
    source = peer.calendar(request, grant)
    destination = peer.calendars.find(grant.user, request.query_params["destination"])
    moved = editing.move(source, destination, request.path_params["event"])
    peer.channels.changed(destination.calendar_id)
    return peer.written(source, moved)


async def watch(peer: Peer, request: Request, grant: Grant) -> Json:
    """``events.watch``."""
    calendar = peer.calendar(request, grant)
    return peer.channels.watch(grant.user, calendar.calendar_id, await request.json())


async def stop(peer: Peer, request: Request, grant: Grant) -> Response:
    """``channels.stop``."""
    peer.channels.stop(grant.user, await request.json())
    return Response(status_code=204)
