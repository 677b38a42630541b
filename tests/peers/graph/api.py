"""The methods of Microsoft Graph v1.0 that are there."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.graph.answers import Refused, refusal
from tests.peers.graph.items import Item
from tests.peers.graph.mailbox import Mailbox
from tests.peers.graph.rows import Preferences, bounds, etag, full, master
from tests.peers.graph.state import Peer

Json = dict[str, Any]

#: What answers one method of the API: it is told whose mailbox it is.
Act = Callable[[Peer, Request, Mailbox], Awaitable[Json | Response]]

READS = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
WRITES = frozenset({"Calendars.ReadWrite"})

_METADATA = "https://graph.microsoft.com/v1.0/$metadata"
_UNSUPPORTED = ("$orderby", "$filter", "$select", "$expand", "$search", "$top")


def api_routes(peer: Peer) -> list[Route]:
    """Below ``/v1.0``; calendars are named in both ways of OData."""
    of_calendar = ("/me/calendars/{calendar}", "/me/calendars('{calendar}')", "/me/calendar", "/me")
    one = ("/me/events/{event}", *(f"{path}/events/{{event}}" for path in of_calendar[:2]))
    table: list[tuple[str, tuple[str, ...], frozenset[str], Act]] = [
        ("GET", ("/me",), frozenset({"User.Read", *READS}), me),
        ("GET", ("/me/calendars",), READS, calendars),
        ("GET", of_calendar[:3], READS, calendar),
        ("GET", tuple(f"{path}/calendarView" for path in of_calendar), READS, view),
        ("GET", tuple(f"{path}/calendarView/delta" for path in of_calendar), READS, delta),
        ("GET", tuple(f"{path}/instances" for path in one), READS, instances),
        ("POST", tuple(f"{path}/events" for path in of_calendar), WRITES, create),
        ("GET", one, READS, get),
        ("PATCH", one, WRITES, change),
        ("DELETE", one, WRITES, delete),
        ("GET", ("/subscriptions",), READS, subscriptions),
        ("POST", ("/subscriptions",), READS, subscribe),
        ("GET", ("/subscriptions/{subscription}",), READS, subscription),
        ("PATCH", ("/subscriptions/{subscription}",), READS, renew),
        ("DELETE", ("/subscriptions/{subscription}",), READS, unsubscribe),
        ("POST", ("/subscriptions/{subscription}/reauthorize",), READS, reauthorize),
    ]
    return [
        Route(path, _guarded(peer, scopes, act), methods=[method])
        for method, paths, scopes, act in table
        for path in paths
    ]


def _guarded(peer: Peer, scopes: frozenset[str], act: Act) -> Callable[[Request], Awaitable[Response]]:
    """``act`` for whoever may, four at a time, unless an accident was planned."""

    async def answer(request: Request, mailbox: Mailbox) -> Json | Response:
        try:
            return await act(peer, request, mailbox)
        except Refused as refused:
            return refused.response()

    async def endpoint(request: Request) -> Response:
        grant = peer.accounts.who(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if grant is None:
            return await peer.accidents.around(request, lambda: _refused("InvalidAuthenticationToken"))
        if not grant.scopes & scopes:
            return await peer.accidents.around(request, lambda: _refused("ErrorAccessDenied"))
        mailbox = peer.mailbox(grant)
        mailbox.under_way += 1
        try:
            if mailbox.under_way > peer.manners.concurrency:
                return await peer.accidents.around(request, _throttled)
            return await peer.accidents.around(request, lambda: answer(request, mailbox))
        finally:
            mailbox.under_way -= 1

    return endpoint


async def _refused(code: str) -> Response:
    return refusal(code, {})


async def _throttled() -> Response:
    answer = refusal("ApplicationThrottled", {})
    answer.headers["Retry-After"] = "10"
    return answer


async def me(_peer: Peer, _request: Request, mailbox: Mailbox) -> Json:
    """``GET /me``."""
    named = {"id": mailbox.user_id, "displayName": "Camille", "mail": mailbox.address}
    return {"@odata.context": f"{_METADATA}#users/$entity", "userPrincipalName": mailbox.address, **named}


async def calendars(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET /me/calendars``: ten at a time, if nothing else is asked for."""
    entries = list(mailbox.calendars.values())
    begin, size = (int(request.query_params.get(name, value)) for name, value in (("$skip", 0), ("$top", 10)))
    answer: Json = {"@odata.context": f"{_METADATA}#users('me')/calendars", "value": entries[begin : begin + size]}
    if begin + size < len(entries):
        answer["@odata.nextLink"] = f"{peer.base}/v1.0/me/calendars?$top={size}&$skip={begin + size}"
    return answer


async def calendar(_peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET /me/calendars/{id}``."""
    return mailbox.calendars[mailbox.calendar_id(request.path_params.get("calendar"))]


async def view(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET …/calendarView``: occurrences with everything, by their start."""
    prefer, query = Preferences.of(request), dict(request.query_params)
    window = bounds(query)
    if window is None:
        raise Refused("ErrorInvalidParameter", "This request requires a time window of at most 1825 days.")
    calendar_id = mailbox.calendar_id(request.path_params.get("calendar"))
    found = [each for item in mailbox.items(calendar_id) for each in item.occurrences(*window)]
    found.sort(key=lambda each: each.start)
    begin, size = int(query.get("$skip", 0)), int(query.get("$top", 10))
    answer: Json = {
        "@odata.context": f"{_METADATA}#Collection(event)",
        "value": [full(each, prefer) for each in found[begin : begin + size]],
    }
    if begin + size < len(found):
        rest = query | {"$top": str(size), "$skip": str(begin + size)}
        asked = "&".join(f"{name}={quote(value)}" for name, value in rest.items())
        answer["@odata.nextLink"] = f"{peer.base}{request.url.path}?{asked}"
    return answer


async def delta(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET …/calendarView/delta``: a first request, a next page, or a next round."""
    prefer, query = Preferences.of(request), {name.lower(): value for name, value in request.query_params.items()}
    if wrong := [name for name in _UNSUPPORTED if name in query]:
        listed = ", ".join(wrong)
        raise Refused("ErrorInvalidUrlQuery", f"Not supported with change tracking over 'CalendarView': '{listed}'.")
    calendar_id = mailbox.calendar_id(request.path_params.get("calendar"))
    if "$skiptoken" in query:
        page = peer.deltas.next(query["$skiptoken"], prefer)
    elif "$deltatoken" in query:
        page = peer.deltas.since(mailbox, query["$deltatoken"], prefer)
    elif (window := bounds(query)) is not None:
        page = peer.deltas.first(mailbox, calendar_id, window, prefer)
    else:
        raise Refused("ErrorInvalidParameter", "This request requires a time window of at most 1825 days.")
    link = f"{peer.base}/v1.0/me/calendars('{quote(calendar_id)}')/calendarView/delta"
    answer: Json = {"@odata.context": f"{_METADATA}#Collection(event)", "value": page["value"]}
    for name, word in (("$skiptoken", "nextLink"), ("$deltatoken", "deltaLink")):
        if name in page:
            answer[f"@odata.{word}"] = f"{link}?{name}={page[name]}"
    return answer


async def instances(_peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET …/events/{id}/instances``."""
    prefer, window = Preferences.of(request), bounds(dict(request.query_params))
    item, _ = mailbox.find(request.path_params["event"])
    if window is None:
        raise Refused("ErrorInvalidParameter", "This request requires a time window of at most 1825 days.")
    return {"value": [full(each, prefer) for each in item.occurrences(*window)]}


async def get(_peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET …/events/{id}``."""
    item, day = mailbox.find(request.path_params["event"])
    if "calendar" in request.path_params and request.path_params["calendar"] != item.calendar_id:
        raise Refused("ErrorItemNotFound")
    prefer = Preferences.of(request)
    if day is not None:
        occurrence = item.occurrence(day)
        assert occurrence is not None
        return full(occurrence, prefer)
    return master(item, prefer) if item.is_series else full(item.single(), prefer)


def told(peer: Peer, request: Request, mailbox: Mailbox, item: Item) -> Json:
    """An event that was just written, to whoever wrote it, and to whoever subscribed."""
    first = mailbox.history[item.number][0][1] is item
    peer.subscriptions.changed(mailbox, item, "created" if first else "updated")
    prefer = Preferences.of(request)
    return master(item, prefer) if item.is_series else full(item.single(), prefer)


async def create(peer: Peer, request: Request, mailbox: Mailbox) -> Response:
    """``POST …/events``."""
    calendar_id = mailbox.calendar_id(request.path_params.get("calendar"))
    item = mailbox.create(calendar_id, await request.json())
    return JSONResponse(told(peer, request, mailbox, item), 201)


async def change(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``PATCH …/events/{id}``: with ``If-Match`` only on the version of that etag; others' calendars may be closed."""
    known, _ = mailbox.find(request.path_params["event"])
    if not mailbox.calendars[known.calendar_id]["canEdit"]:
        raise Refused("ErrorAccessDenied")
    if request.headers.get("If-Match", etag(known)) not in ("*", etag(known)):
        raise Refused("ErrorIrresolvableConflict")
    item = mailbox.change(request.path_params["event"], await request.json())
    told(peer, request, mailbox, item)
    return await get(peer, request, mailbox)


async def delete(peer: Peer, request: Request, mailbox: Mailbox) -> Response:
    """``DELETE …/events/{id}``: of an occurrence, subscribers hear that its series was updated."""
    item = mailbox.delete(request.path_params["event"])
    peer.subscriptions.changed(mailbox, item, "deleted" if item.deleted else "updated")
    return Response(status_code=204)


async def subscriptions(peer: Peer, _request: Request, mailbox: Mailbox) -> Json:
    """``GET /subscriptions``."""
    mine = [each for each in peer.subscriptions.by_id.values() if each.user_id == mailbox.user_id]
    return {"value": [each.body for each in mine if each.expires_at > peer.clock.now]}


async def subscribe(peer: Peer, request: Request, mailbox: Mailbox) -> Response:
    """``POST /subscriptions``."""
    immutable = Preferences.of(request).immutable
    return JSONResponse(await peer.subscriptions.create(mailbox, await request.json(), immutable=immutable), 201)


async def subscription(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``GET /subscriptions/{id}``."""
    return peer.subscriptions.find(mailbox.user_id, request.path_params["subscription"]).body


async def renew(peer: Peer, request: Request, mailbox: Mailbox) -> Json:
    """``PATCH /subscriptions/{id}``."""
    return await peer.subscriptions.renew(mailbox.user_id, request.path_params["subscription"], await request.json())


async def unsubscribe(peer: Peer, request: Request, mailbox: Mailbox) -> Response:
    """``DELETE /subscriptions/{id}``."""
    peer.subscriptions.delete(mailbox.user_id, request.path_params["subscription"])
    return Response(status_code=204)


async def reauthorize(peer: Peer, request: Request, mailbox: Mailbox) -> Response:
    """``POST /subscriptions/{id}/reauthorize``."""
    await peer.subscriptions.renew(mailbox.user_id, request.path_params["subscription"], {})
    return Response(status_code=204)
