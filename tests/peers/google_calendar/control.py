"""The control room: what tests do behind Google's back, below ``/_control``."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.peers.google_calendar import api
from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET, READ_SCOPES, Grant
from tests.peers.google_calendar.state import USER, Peer
from tests.peers.stage.control import Act, Json, Look, answered, choose, control_room


def control_routes(peer: Peer) -> list[Route]:
    """What can be done and looked up."""
    acts: dict[str, Act] = {
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
        "/manners": partial(choose, peer.manners),
        "/cursors/expire": lambda given: _expire_cursors(peer, given.get("calendar")),
        "/routes": peer.channels.routes.update,
    }
    looks: dict[str, Look] = {
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
        *control_room(acts, looks),
        *(Route(path, answered(partial(_as_owner, peer, act)), methods=[method]) for method, path, act in events),
    ]


async def _as_owner(peer: Peer, act: api.Act, request: Request) -> Any:
    """The API as the owner of a calendar uses it in a browser: neither counted nor refused."""
    name = request.path_params["calendar"]
    owner = peer.calendars.by_id[USER if name == "primary" else name].owner
    return await act(peer, request, Grant(owner, frozenset(), ""))


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


def _expire_cursors(peer: Peer, name: str | None) -> None:
    for calendar in peer.calendars.by_id.values():
        if name in {None, calendar.calendar_id}:
            calendar.version += 1
            calendar.oldest_token = calendar.version
