"""The control room: what tests do behind Google's back, below ``/_control``."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.google_calendar import api
from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET, READ_SCOPES, Grant
from tests.peers.google_calendar.answers import Refused
from tests.peers.google_calendar.state import USER, Peer

Json = dict[str, Any]


def control_routes(peer: Peer) -> list[Route]:
    """What can be done and looked up."""
    posts: dict[str, Callable[[Json], Json | None]] = {
        "/clock": lambda given: peer.calendars.clock.set(given["now"]),
        "/faults": peer.accidents.plan,
        "/release": lambda _: peer.accidents.release(),
        "/begin": lambda _: peer.begin(),
        "/forget": lambda _: _forget(peer),
        "/users": lambda given: _user(peer, **given),
        "/calendars": lambda given: peer.calendars.add(**given).entry(),
        "/unlist": lambda given: peer.calendars.listed[given["user"]].remove(given["calendar"]),
        "/grants": lambda given: _grant(peer, **given),
        "/tokens/expire": lambda _: peer.accounts.expire(),
        "/tokens/lifetime": lambda given: setattr(peer.accounts, "lifetime_s", given["seconds"]),
        "/revoke": lambda given: peer.accounts.revoke_all(given["user"]),
        "/consent": lambda given: _consent(peer, **given),
        "/manners": lambda given: _manners(peer, given),
        "/cursors/expire": lambda given: _expire_cursors(peer, given.get("calendar")),
        "/routes": peer.channels.routes.update,
    }
    gets: dict[str, Callable[[], Json]] = {
        "/book": peer.accidents.book,
        "/channels": lambda: {"channels": [peer.channels.told(each) for each in peer.channels.by_id.values()]},
        "/mailed": lambda: {"events": peer.mailed},
        "/deliveries": lambda: {"deliveries": peer.channels.deliveries},
    }
    one = "/calendars/{calendar}/events/{event}"
    events: list[tuple[str, str, api.Act]] = [
        ("GET", "/calendars/{calendar}/events", api.list_events),
        ("POST", "/calendars/{calendar}/events", api.insert),
        ("GET", one, api.get),
        ("PATCH", one, api.patch),
        ("PUT", one, api.update),
        ("DELETE", one, api.delete),
        ("POST", f"{one}/move", api.move),
    ]
    return [
        *(Route(path, _posted(act), methods=["POST"]) for path, act in posts.items()),
        *(Route(path, _looked_up(look)) for path, look in gets.items()),
        *(Route(path, _as_owner(peer, act), methods=[method]) for method, path, act in events),
    ]


def _posted(act: Callable[[Json], Json | None]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(act(await request.json()) or {})

    return endpoint


def _looked_up(look: Callable[[], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_request: Request) -> Response:
        return JSONResponse(look())

    return endpoint


def _as_owner(peer: Peer, act: api.Act) -> Callable[[Request], Awaitable[Response]]:
    """The API as the owner of a calendar uses it in a browser: neither counted nor refused."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["calendar"]
        owner = peer.calendars.by_id[USER if name == "primary" else name].owner
        try:
            answer = await act(peer, request, Grant(owner, frozenset(), ""))
        except Refused as refused:
            return refused.response()
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    return endpoint


def _forget(peer: Peer) -> None:
    peer.accidents.forget()
    peer.channels.deliveries.clear()


def _user(peer: Peer, email: str, **more: str) -> Json:
    return peer.calendars.add(email, email, primary=True, **more).entry()


def _grant(peer: Peer, user: str = "", scopes: list[str] | None = None) -> Json:
    grant = peer.accounts.grant(user or USER, frozenset(scopes or READ_SCOPES))
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": grant.refresh_token,
        "scopes": sorted(grant.scopes),
    }


def _consent(peer: Peer, *, unticked: list[str] | None = None, denies: bool = False) -> None:
    peer.accounts.unticked = set(unticked or ())
    peer.accounts.denies = denies


def _manners(peer: Peer, given: Json) -> Json:
    for name, value in given.items():
        if name not in asdict(peer.manners):
            raise KeyError(name)
        setattr(peer.manners, name, value)
    return asdict(peer.manners)


def _expire_cursors(peer: Peer, name: str | None) -> None:
    for calendar in peer.calendars.by_id.values():
        if name in {None, calendar.calendar_id}:
            calendar.version += 1
            calendar.oldest_token = calendar.version
