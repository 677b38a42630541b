"""The one decision about a message: send it, hold it until a time, or refuse it for a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
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


@dataclass(frozen=True, slots=True)
class Record:
    """What happened before between this sender and this recipient."""

    opted_out: bool
    sent_today: int
    daily_cap: int | None  # messages a local day; None is no cap


@dataclass(frozen=True, slots=True)
class Request:
    """A message as it was asked for."""

    number: Number
    message_class: MessageClass
    text: str
    encoding: Encoding
    max_parts: int
    display: str | None = None  # the sender ID

    def journey(self, standing: Standing) -> Journey:
        """What its route is chosen by."""
        return Journey.of(self.number, self.message_class, self.display, standing.slug)


@dataclass(frozen=True, slots=True)
class Composed:
    """A message as it will be sent, and its price."""

    encoded: Encoded
    stop: StopMention
    units: int
    display: str | None = None  # the sender ID that is shown; None for the carrier's own number


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave at once."""

    composed: Composed


@dataclass(frozen=True, slots=True)
class Hold:
    """It may leave from ``until`` on; it is charged all the same."""

    composed: Composed
    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refuse:
    """It will not be sent."""

    reason: Reason


Verdict = Send | Hold | Refuse


def decide(request: Request, standing: Standing, record: Record, rules: Rules, now: datetime) -> Verdict:
    """Judge one message; the first check that fails gives the reason.

    1. all that ``admission`` checks: account, destination, opt-out, daily cap;
    2. the sender ID, which gives way to the carrier's own number where the country wants it so;
    3. the text: there is some, and it fits the parts allowed, STOP mention included;
    4. the sending windows: outside them it is held, not refused (terms, article 6.2).

    Credit is not looked at: the charge itself decides, under the account's lock. A request that was seen before does
    not come this far: ``intake`` gives its first answer again.
    """
    if reason := admission(request.number, standing, record, rules):
        return Refuse(reason)
    shown = displayed(request, rules, now)
    if isinstance(shown, Reason):
        return Refuse(shown)
    if reason := _unsendable(shown, standing, rules):
        return Refuse(reason)
    composed = compose(shown, standing, rules)
    if len(composed.encoded.parts) > min(request.max_parts, MAX_PARTS):
        return Refuse(Reason.TOO_MANY_PARTS)
    opening = next_departure(request.number.destination, request.message_class, standing, rules, now)
    if opening > now:
        return Hold(composed, opening, Reason.OUTSIDE_WINDOW)
    return Send(composed)


def _unsendable(request: Request, standing: Standing, rules: Rules) -> Reason | None:
    if not reaches(rules.routes, request.journey(standing)):
        return Reason.NO_ROUTE
    return None if request.text.strip() else Reason.NO_TEXT


def displayed(request: Request, rules: Rules, now: datetime) -> Request | Reason:
    """The request with the sender ID that may stand in the country, or why none may."""
    if request.display is None:
        return request
    shown = shown_in(request.display, request.number.destination, rules.sender_ids, now.date())
    return shown if isinstance(shown, Reason) else replace(request, display=shown)


def admission(number: Number, standing: Standing, record: Record, rules: Rules) -> Reason | None:
    """Why no message at all may go to this number now, or None: the checks that need no text, in their order."""
    if standing.state is AccountState.SUSPENDED:
        return Reason.ACCOUNT_SUSPENDED
    if standing.state is AccountState.CLOSED:
        return Reason.ACCOUNT_CLOSED
    if _part_price(number, standing, rules) is None:
        return Reason.FOREIGN_BLOCKED
    if record.opted_out:
        return Reason.OPTED_OUT
    if record.daily_cap is not None and record.sent_today >= record.daily_cap:
        return Reason.DAILY_CAP
    return None


def compose(request: Request, standing: Standing, rules: Rules) -> Composed:
    """The text as it will be sent, in parts, with its price; ValueError for a destination that is not open."""
    price = _part_price(request.number, standing, rules)
    if price is None:
        raise ValueError("a message to a blocked destination has no price")
    stop = stop_mention(
        request.message_class, request.number.destination, rules.stop, in_alerts=standing.stop_in_alerts
    )
    link = rules.links.url(standing.account_id, request.number.e164) if rules.links else None
    encoded = encode(request.text + stop_text(stop, rules.stop, link), request.encoding)
    return Composed(encoded, stop, price * len(encoded.parts), request.display)


def next_departure(
    destination: str, message_class: MessageClass, standing: Standing, rules: Rules, now: datetime
) -> datetime:
    """When a message may be handed over: ``now``, or the next opening on the recipient's clock and calendar.

    To be asked again at the hand-over itself, which must come before the window closes.
    """
    windows = applying(rules.windows, message_class, destination)
    region = standing.holiday_region if destination == standing.country else None
    return next_opening(windows, now, zone_of(destination) or standing.zone, partial(is_holiday, destination, region))


def _part_price(number: Number, standing: Standing, rules: Rules) -> int | None:
    surcharges = standing.foreign_policy is ForeignPolicy.SURCHARGE
    return part_price(number.destination, standing.country, standing.opened, rules.rates, surcharges=surcharges)
