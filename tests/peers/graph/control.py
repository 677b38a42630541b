"""The control room: what tests do behind Microsoft's back, below ``/_control``."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.peers.graph import api
from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.graph.mailbox import Mailbox
from tests.peers.graph.state import USER, Peer
from tests.peers.stage.control import Act, Json, Look, answered, choose, control_room


def control_routes(peer: Peer) -> list[Route]:
    """What can be done and looked up."""
    acts: dict[str, Act] = {
        "/clock": lambda given: peer.clock.set(given["now"]),
        "/faults": peer.accidents.plan,
        "/release": lambda _: peer.accidents.release(),
        "/begin": lambda _: peer.begin(),
        "/forget": lambda _: _forget(peer),
        "/users": lambda given: _user(peer, **given),
        "/calendars": lambda given: _mailbox(peer, given.pop("user", USER)).add_calendar(**given),
        "/unlist": lambda given: _mailbox(peer, given.get("user", USER)).calendars.pop(given["calendar"]),
        "/grants": lambda given: _grant(peer, **given),
        "/tokens/expire": lambda _: peer.accounts.expire(),
        "/tokens/lifetime": lambda given: setattr(peer.accounts, "lifetime_s", given["seconds"]),
        "/tokens/refuse": lambda given: setattr(peer.accounts, "refuses", given["code"]),
        "/revoke": lambda given: peer.accounts.revoke(given["user"]),
        "/consent": lambda given: setattr(peer.accounts, "denies", given["denies"]),
        "/manners": partial(choose, peer.manners),
        "/cursors/expire": lambda given: _expire_cursors(_mailbox(peer, given.get("user", USER))),
        "/routes": peer.subscriptions.routes.update,
        "/lifecycle": lambda given: peer.subscriptions.tell_lifecycle(given["event"]),
        "/move": lambda given: _move(peer, **given),
        "/restore": lambda given: _restore(peer, **given),
    }
    looks: dict[str, Look] = {
        "/book": peer.accidents.book,
        "/deliveries": lambda: {"deliveries": peer.subscriptions.deliveries},
        "/subscriptions": lambda: {"subscriptions": [each.body for each in peer.subscriptions.by_id.values()]},
    }
    one = "/{user}/events/{event}"
    events: list[tuple[str, str, api.Act]] = [
        ("GET", "/{user}/calendars/{calendar}/calendarView", api.view),
        ("POST", "/{user}/calendars/{calendar}/events", api.create),
        ("GET", one, api.get),
        ("PATCH", one, api.change),
        ("DELETE", one, api.delete),
    ]
    return [
        *control_room(acts, looks),
        *(Route(path, answered(partial(_as_owner, peer, act)), methods=[method]) for method, path, act in events),
    ]


async def _as_owner(peer: Peer, act: api.Act, request: Request) -> Any:
    """The API as the owner of a mailbox uses it in Outlook: neither counted nor refused."""
    return await act(peer, request, _mailbox(peer, request.path_params["user"]))


def _mailbox(peer: Peer, user: str) -> Mailbox:
    return peer.mailboxes[user]


def _forget(peer: Peer) -> None:
    peer.accidents.forget()
    peer.subscriptions.deliveries.clear()


def _user(peer: Peer, email: str, calendar_id: str) -> Json:
    return peer.add_user(email, calendar_id).calendars[calendar_id]


def _grant(peer: Peer, user: str = USER, scopes: list[str] | None = None) -> Json:
    given = frozenset(scopes or ("Calendars.Read",)) | {"openid", "profile", "offline_access"}
    grant = peer.accounts.grant(user, given)
    tokens = peer.accounts.tokens(grant)
    return tokens | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def _expire_cursors(mailbox: Mailbox) -> None:
    mailbox.version += 1
    mailbox.oldest_token = mailbox.version


def _move(peer: Peer, event: str, calendar: str, user: str = USER) -> None:
    mailbox = _mailbox(peer, user)
    peer.subscriptions.changed(mailbox, mailbox.move(event, calendar), "updated")


def _restore(peer: Peer, event: str, user: str = USER) -> None:
    mailbox = _mailbox(peer, user)
    item = mailbox.restore(event)
    peer.subscriptions.changed(mailbox, item, "created" if "Oc" not in event else "updated")
