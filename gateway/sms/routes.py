"""Which carrier takes a message: a pure choice among the routes of the configuration, with its explanation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple, TypeVar

from gateway.sms.numbers import Line, Number
from plans.checked import RuleError, Section
from plans.words import MessageClass


class SenderType(StrEnum):
    """What a message shows as its sender."""

    NONE = "none"  # the carrier's own number
    ALPHANUMERIC = "alphanumeric"
    NUMBER = "number"


def sender_type(display: str | None) -> SenderType:
    """The kind of a sender ID."""
    if not display:
        return SenderType.NONE
    return SenderType.NUMBER if display.removeprefix("+").isdecimal() else SenderType.ALPHANUMERIC


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a carrier. An empty set lets everything through."""

    carrier: str
    destinations: frozenset[str] = frozenset()  # ISO 3166, of countries and overseas territories
    classes: frozenset[MessageClass] = frozenset()
    senders: frozenset[SenderType] = frozenset()
    accounts: frozenset[str] = frozenset()  # by their short names
    priority: int = 0  # the lowest goes first
    cost: int = 0  # of a part, in millionths of a euro: among equal priorities the cheapest goes first
    share: int = 1  # of what goes to routes of equal priority and cost
    fictional: bool = False  # for numbers of fiction, and for them alone


class Journey(NamedTuple):
    """What a route is chosen by."""

    destination: str
    message_class: MessageClass
    sender: SenderType
    account: str
    fictional: bool

    @classmethod
    def of(cls, number: Number, message_class: MessageClass, display: str | None, account: str) -> "Journey":
        """The journey of a message to ``number``."""
        return cls(number.destination, message_class, sender_type(display), account, number.line is Line.SANDBOX)


class Fit(StrEnum):
    """Why a route is taken or not."""

    CHOSEN = "chosen"
    SHARED = "shared"  # as good as the chosen one: this message fell to the other
    IN_RESERVE = "in_reserve"  # a later priority, or dearer
    CLOSED = "closed"  # its carrier has failed too often just now
    FICTIONAL = "fictional"  # the number is one of fiction and the route is not for them, or the other way round
    DESTINATION = "destination"
    MESSAGE_CLASS = "message_class"
    SENDER = "sender"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Choice:
    """The carrier chosen, None where none can take the message now; and what became of each route, in order."""

    carrier: str | None
    findings: tuple[tuple[Route, Fit], ...]


def choose(routes: Sequence[Route], journey: Journey, closed: Collection[str], draw: int) -> Choice:
    """Choose among ``routes``; ``closed`` carriers are left out. ``draw`` decides between equals: the message's id."""
    misfits = {number: misfit(route, journey) for number, route in enumerate(routes)}
    fitting = [number for number, fit in misfits.items() if fit is None]
    free = [number for number in fitting if routes[number].carrier not in closed]
    best = _best(routes, free)
    chosen = _drawn(routes, best, draw)
    findings = tuple(
        (route, misfits[number] or _standing(number, free, best, chosen)) for number, route in enumerate(routes)
    )
    return Choice(None if chosen is None else routes[chosen].carrier, findings)


def carrier_of(routes: Sequence[Route], journey: Journey, closed: Collection[str], draw: int) -> str | None:
    """The carrier that ``choose`` chooses, for those who want no findings."""
    return drawn(best_routes(routes, journey, closed), draw)


def best_routes(routes: Sequence[Route], journey: Journey, closed: Collection[str]) -> list[Route]:
    """The routes that are equally good for such messages, the best there are; ``drawn`` decides between them."""
    free = [
        number for number, route in enumerate(routes) if route.carrier not in closed and misfit(route, journey) is None
    ]
    return [routes[number] for number in _best(routes, free)]


def drawn(best: Sequence[Route], draw: int) -> str | None:
    """The carrier that takes the message with the id ``draw``; None where there is none."""
    chosen = _drawn(best, range(len(best)), draw)
    return None if chosen is None else best[chosen].carrier


def reaches(routes: Sequence[Route], journey: Journey) -> bool:
    """Whether any route takes such a message, when all carriers are well."""
    return any(misfit(route, journey) is None for route in routes)


def misfit(route: Route, journey: Journey) -> Fit | None:
    """Why a route does not take such a message; None where it does."""
    if route.fictional is not journey.fictional:
        return Fit.FICTIONAL
    if route.destinations and journey.destination not in route.destinations:
        return Fit.DESTINATION
    if route.classes and journey.message_class not in route.classes:
        return Fit.MESSAGE_CLASS
    if route.senders and journey.sender not in route.senders:
        return Fit.SENDER
    return Fit.ACCOUNT if route.accounts and journey.account not in route.accounts else None


def _standing(number: int, free: Collection[int], best: Collection[int], chosen: int | None) -> Fit:
    if number == chosen:
        return Fit.CHOSEN
    if number not in free:
        return Fit.CLOSED
    return Fit.SHARED if number in best else Fit.IN_RESERVE


def _best(routes: Sequence[Route], free: Sequence[int]) -> list[int]:
    """Those of the first priority, and the cheapest of them."""
    rank = min(((routes[number].priority, routes[number].cost) for number in free), default=None)
    return [number for number in free if (routes[number].priority, routes[number].cost) == rank]


def _drawn(routes: Sequence[Route], best: Sequence[int], draw: int) -> int | None:
    """The route that ``draw`` falls on, each being as wide as its share; None where there is none."""
    if len(best) < 2:
        return best[0] if best else None
    ends = list(accumulate(routes[number].share for number in best))
    point = _spread(draw) % ends[-1]
    return next(number for number, end in zip(best, ends, strict=True) if point < end)


def _spread(number: int) -> int:
    """Ids are made in order; their bits are mixed, so that shares hold for any run of them (Knuth's golden ratio)."""
    return (number * 0x9E3779B97F4A7C15 % 2**64) >> 32


W = TypeVar("W", bound=StrEnum)

_KEYS = {"carrier", "destinations", "classes", "senders", "accounts", "priority", "cost", "share"}


def route_from(section: Section, carriers: Collection[str]) -> Route:
    """A ``[[routes]]`` table; ``RuleError`` names what is wrong in it."""
    section.only(_KEYS)
    carrier = section.text("carrier")
    if carrier not in carriers:
        raise RuleError(f"{section.name('carrier')}: no carrier is called {carrier!r}; known: {', '.join(carriers)}")
    return Route(
        carrier=carrier,
        destinations=frozenset(_texts(section, "destinations")),
        classes=frozenset(_words(section, "classes", MessageClass)),
        senders=frozenset(_words(section, "senders", SenderType)),
        accounts=frozenset(_texts(section, "accounts")),
        priority=_count(section, "priority", 0),
        cost=_count(section, "cost", 0),
        share=_count(section, "share", 1),
    )


def _texts(section: Section, key: str) -> tuple[str, ...]:
    return section.texts(key) if key in section.values else ()


def _count(section: Section, key: str, least: int) -> int:
    return section.count(key, least) if key in section.values else least


def _words(section: Section, key: str, words: type[W]) -> list[W]:
    try:
        return [words(each) for each in _texts(section, key)]
    except ValueError:
        raise RuleError(f"{section.name(key)} takes {', '.join(words)}") from None
