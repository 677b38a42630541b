"""The one decision about a message: send it, hold it until a time, or refuse it for a reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from gateway.accounts.words import AccountState, Encoding, ForeignPolicy
from gateway.sms.doubt import DoubtTerms
from gateway.sms.holidays import is_holiday
from gateway.sms.numbers import Number
from gateway.sms.routes import Journey, Route, reaches
from gateway.sms.segments import MAX_PARTS, Encoded, encode
from gateway.sms.stop_links import StopLinks
from gateway.sms.territories import zone_of
from plans.destinations import Rates, part_price
from plans.sender_ids import SenderIdRules, shown_in
from plans.stop import StopMention, StopRules, stop_mention, stop_text
from plans.terms import CreditTerms
from plans.windows import Window, applying, next_opening
from plans.words import MessageClass, Reason


@dataclass(frozen=True, slots=True)
class Rules:
    """The commercial rules in force, read from the configuration."""

    windows: tuple[Window, ...]
    stop: StopRules
    rates: Rates
    credit: CreditTerms
    routes: tuple[Route, ...]  # to the carriers
    sender_ids: SenderIdRules = field(default_factory=SenderIdRules)
    links: StopLinks | None = None  # None: nobody serves the pages behind STOP links
    doubt: DoubtTerms = field(default_factory=DoubtTerms)
    sandbox: bool = False  # fictional mobile numbers are served, by the sandbox carrier


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is and may do."""

    state: AccountState
    country: str  # ISO 3166 of registration
    holiday_region: str | None  # of its own country, e.g. Moselle; its recipients there are taken to share it
    zone: ZoneInfo
    foreign_policy: ForeignPolicy
    opened: Mapping[str, int | None]  # destinations opened; the units per part agreed, None for the published price
    stop_in_alerts: bool
    account_id: int = 0
    slug: str = ""  # its short name: routes may be for some accounts only


class Record(NamedTuple):
    """What happened before between this sender and this recipient."""

    opted_out: bool
    sent_today: int
    daily_cap: int | None  # messages a local day; None is no cap
    said: Collection[str] = ()  # texts that need not be said again so soon


class Request(NamedTuple):
    """A message as it was asked for."""

    number: Number
    message_class: MessageClass
    text: str
    encoding: Encoding
    max_parts: int
    display: str | None = None  # the sender ID


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all messages of an account that are of one class, under one sender ID, to numbers of one kind."""

    rules: Rules
    account_id: int
    barred: Reason | None  # no message may go there at all
    unfit: Reason | None  # the sender ID may not stand there, or no route leads there
    price: int | None  # units of a part; None where the destination is not open
    display: str | None  # the sender ID that is shown; None for the carrier's own number
    journey: Journey
    stop: StopMention
    opening: datetime  # when a message may be handed over: now, or as soon as the windows open


class Composed(NamedTuple):
    """A message as it will be sent, and its price."""

    encoded: Encoded
    stop: StopMention
    units: int
    display: str | None = None  # the sender ID that is shown; None for the carrier's own number


class Send(NamedTuple):
    """It may leave at once."""

    composed: Composed


class Hold(NamedTuple):
    """It may leave from ``until`` on; it is charged all the same."""

    composed: Composed
    until: datetime
    reason: Reason


class Refuse(NamedTuple):
    """It will not be sent."""

    reason: Reason


Verdict = Send | Hold | Refuse


def terms_of(request: Request, standing: Standing, rules: Rules, now: datetime) -> Terms:
    """The terms of a request and of all that are like it but for text and recipient."""
    destination, message_class = request.number.destination, request.message_class
    price = _part_price(request.number, standing, rules)
    shown = shown_in(request.display, destination, rules.sender_ids, now.date())
    display = None if isinstance(shown, Reason) else shown
    journey = Journey.of(request.number, message_class, display, standing.slug)
    return Terms(
        rules=rules,
        account_id=standing.account_id,
        barred=_BARRED.get(standing.state) or (Reason.FOREIGN_BLOCKED if price is None else None),
        unfit=shown if isinstance(shown, Reason) else None if reaches(rules.routes, journey) else Reason.NO_ROUTE,
        price=price,
        display=display,
        journey=journey,
        stop=stop_mention(message_class, destination, rules.stop, in_alerts=standing.stop_in_alerts),
        opening=next_departure(destination, message_class, standing, rules, now),
    )


_BARRED = {AccountState.SUSPENDED: Reason.ACCOUNT_SUSPENDED, AccountState.CLOSED: Reason.ACCOUNT_CLOSED}


def decide(request: Request, record: Record, terms: Terms, now: datetime) -> Verdict:
    """Judge one message; the first check that fails gives the reason.

    1. all that ``admission`` checks: account, destination, opt-out, daily cap;
    2. the sender ID, which gives way to the carrier's own number where the country wants it so, and the route;
    3. the text: there is some, and it fits the parts allowed, STOP mention included;
    4. whether that very text went there just before, where the sender wants no repetition;
    5. the sending windows: outside them it is held, not refused (terms, article 6.2).

    Credit is not looked at: the charge itself decides, under the account's lock. A request that was seen before does
    not come this far: ``intake`` gives its first answer again.
    """
    if reason := admission(record, terms) or terms.unfit:
        return Refuse(reason)
    if not request.text.strip():
        return Refuse(Reason.NO_TEXT)
    composed = compose(request, terms)
    if len(composed.encoded.parts) > min(request.max_parts, MAX_PARTS):
        return Refuse(Reason.TOO_MANY_PARTS)
    if composed.encoded.text in record.said:
        return Refuse(Reason.DUPLICATE)
    if terms.opening > now:
        return Hold(composed, terms.opening, Reason.OUTSIDE_WINDOW)
    return Send(composed)


def admission(record: Record, terms: Terms) -> Reason | None:
    """Why no message at all may go to this number now, or None: the checks that need no text, in their order."""
    if terms.barred:
        return terms.barred
    if record.opted_out:
        return Reason.OPTED_OUT
    if record.daily_cap is not None and record.sent_today >= record.daily_cap:
        return Reason.DAILY_CAP
    return None


def compose(request: Request, terms: Terms) -> Composed:
    """The text as it will be sent, in parts, with its price; ValueError for a destination that is not open."""
    if terms.price is None:
        raise ValueError("a message to a blocked destination has no price")
    encoded = encode(request.text + _stop_text(request.number, terms), request.encoding)
    return Composed(encoded, terms.stop, terms.price * len(encoded.parts), terms.display)


def _stop_text(number: Number, terms: Terms) -> str:
    links = terms.rules.links if terms.stop is StopMention.LINK else None
    return stop_text(terms.stop, terms.rules.stop, links.url(terms.account_id, number.e164) if links else None)


class Resident(Protocol):
    """Where an account is at home."""

    @property
    def country(self) -> str:
        """ISO 3166."""
        ...

    @property
    def holiday_region(self) -> str | None:
        """Where not the whole country has the same holidays."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Its clock."""
        ...


def next_departure(
    destination: str, message_class: MessageClass, account: Resident, rules: Rules, now: datetime
) -> datetime:
    """When a message may be handed over: ``now``, or the next opening on the recipient's clock and calendar.

    To be asked again at the hand-over itself, which must come before the window closes.
    """
    windows = applying(rules.windows, message_class, destination)
    region = account.holiday_region if destination == account.country else None
    return next_opening(windows, now, zone_of(destination) or account.zone, partial(is_holiday, destination, region))


def _part_price(number: Number, standing: Standing, rules: Rules) -> int | None:
    surcharges = standing.foreign_policy is ForeignPolicy.SURCHARGE
    return part_price(number.destination, standing.country, standing.opened, rules.rates, surcharges=surcharges)
