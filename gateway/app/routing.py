"""The commands about carriers and routes: what is chosen and why, how carriers do, and what an operator changes."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Stamp
from gateway.settings import Settings
from gateway.sms.carriers import sandbox
from gateway.sms.circuits import circuit_of, close, closed_to_messages
from gateway.sms.lanes import lane_of, set_lane
from gateway.sms.link_reports import links_of
from gateway.sms.numbers import NumberProblem, parse
from gateway.sms.policy import Rules
from gateway.sms.routes import Fit, Journey, Route, choose
from gateway.sms.tables import job, lane, message
from gateway.sms.words import MessageState
from gateway.wording import Language, read_wording
from plans.words import MessageClass

_BOUND = "bound"  # the state of a link that is

_NOBODY = 0  # no message draws lots for a share


def listing(rules: Rules) -> Iterator[dict[str, Any]]:
    """The routes in force, in the order of the configuration."""
    return (_route(each) for each in rules.routes)


def explain(
    connection: Connection,
    now: datetime,
    rules: Rules,
    *,
    account: str,
    to: str,
    message_class: MessageClass = MessageClass.ALERT,
    display: str | None = None,
) -> dict[str, Any]:
    """Which carrier would take a message now, and why each route is taken or not; nothing is sent."""
    client = clients.find(connection, account)
    number = parse(to, client.country, sandbox=rules.sandbox)
    if isinstance(number, NumberProblem):
        words = read_wording().reason(number.reason, Language.EN)
        raise Refused(words.text, words.cure, number.reason)
    journey = Journey.of(number, message_class, display, client.slug)
    choice = choose(rules.routes, journey, closed_to_messages(connection, now), _NOBODY)
    return {
        "to": number.e164,
        "destination": number.destination,
        "class": message_class,
        "sender": journey.sender,
        "carrier": choice.carrier,
        "routes": [{**_route(route), "fit": fit, "because": _BECAUSE[fit]} for route, fit in choice.findings],
    }


_BECAUSE = {
    Fit.CHOSEN: "it goes first of those that take it",
    Fit.SHARED: "an equal of the chosen one: other messages fall to it",
    Fit.IN_RESERVE: "a later priority, or dearer",
    Fit.CLOSED: "its carrier has failed too often just now",
    Fit.FICTIONAL: "numbers of fiction go to the sandbox, and no others do while there are carriers",
    Fit.DESTINATION: "not to this destination",
    Fit.MESSAGE_CLASS: "not this class",
    Fit.SENDER: "not with this kind of sender ID",
    Fit.ACCOUNT: "not for this account",
}


def carriers(connection: Connection, now: datetime, settings: Settings) -> Iterator[dict[str, Any]]:
    """Each carrier with its circuit, its lanes and what waits for it."""
    names = [*settings.carriers, *([sandbox.NAME] if settings.sandbox.enabled else [])]
    queued = _queued(connection)
    doubtful = _in_doubt(connection)
    links = links_of(connection, now)
    for name in names:
        circuit = circuit_of(connection, name)
        theirs = links.get(name, [])
        yield {
            "carrier": name,
            "kind": settings.carriers.get(name, {}).get("kind", sandbox.NAME),
            "well": not circuit.is_open(now),
            "failures": circuit.failures,
            "open_until": circuit.open_until,
            "bound": f"{sum(each.state == _BOUND for each in theirs)} of {len(theirs)}" if theirs else "",
            "queued": sum(queued.get(lane_of(name, each), 0) for each in MessageClass),
            "in_doubt": doubtful.get(name, 0),
            "lanes": list(_lanes(connection, name)),
            "links": [asdict(each) for each in theirs],
        }


def carrier(connection: Connection, now: datetime, settings: Settings, *, carrier: str) -> dict[str, Any]:
    """One carrier, with how each of its links is."""
    _known(settings, carrier)
    return next(each for each in carriers(connection, now, settings) if each["carrier"] == carrier)


def reopen(connection: Connection, stamp: Stamp, actor: str, settings: Settings, *, carrier: str) -> dict[str, Any]:
    """Hand messages to a carrier again before its rest is over."""
    _known(settings, carrier)
    if not close(connection, carrier):
        raise Refused(f"{carrier} gets messages already.", "`gateway carrier list` shows how it does.")
    audit_trail.append(connection, stamp, actor, 0, Action.CARRIER_REOPENED, carrier=carrier)
    return {"carrier": carrier, "well": True}


def set_pace(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    settings: Settings,
    *,
    carrier: str,
    message_class: MessageClass,
    rate_per_s: float | None = None,
    paused: bool = False,
) -> dict[str, Any]:
    """Say how fast messages of a class go to a carrier (None: as fast as it takes them), or that none does."""
    _known(settings, carrier)
    if rate_per_s is not None and rate_per_s <= 0:
        raise Refused("A rate is above 0.", "To let nothing through, pause it.")
    name = lane_of(carrier, message_class)
    set_lane(connection, name, rate_per_s=rate_per_s, paused=paused)
    audit_trail.append(connection, stamp, actor, 0, Action.LANE_SET, lane=name, rate=str(rate_per_s), paused=paused)
    return {"lane": name, "rate_per_s": rate_per_s, "paused": paused}


def _known(settings: Settings, carrier: str) -> None:
    if carrier not in settings.carriers and carrier != sandbox.NAME:
        raise Refused(f"No carrier is called {carrier!r}.", "`gateway carrier list` shows all there are.")


def _route(route: Route) -> dict[str, Any]:
    """A route as it is written; what lets everything through is empty."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(route).items()}


def _queued(connection: Connection) -> dict[str, int]:
    found = connection.execute(select(job.c.lane, func.count()).group_by(job.c.lane))
    return {name: waiting for name, waiting in found}  # noqa: C416 - a row is a pair, and no tuple to the type checker


def _in_doubt(connection: Connection) -> dict[str, int]:
    row = message.c
    found = select(row.carrier, func.count()).where(row.state == MessageState.UNKNOWN).group_by(row.carrier)
    return {carrier or "": count for carrier, count in connection.execute(found)}


def _lanes(connection: Connection, carrier: str) -> Iterator[dict[str, Any]]:
    names = [lane_of(carrier, each) for each in MessageClass]
    for each in connection.execute(select(lane).where(lane.c.lane.in_(names)).order_by(lane.c.lane)):
        yield {"lane": each.lane, "rate_per_s": each.rate_per_s, "paused": each.paused}
