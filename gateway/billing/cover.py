"""What plans cover, for the room of calendars: whether the reminders of clients may leave, and how many calendars.

A sub-account stands on its parent's subscription, and all its calendars count with the parent's. Nothing is stored: a
smaller tier covers fewer calendars from the instant it is in force, and ``Cover.paused`` names those that wait.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from gateway.accounts.tables import account
from gateway.accounts.words import AccountState
from gateway.billing import refusing
from gateway.billing.customers import prices_of
from gateway.billing.rules import BillingRules
from gateway.billing.running import latest_of
from gateway.billing.selling_tables import billing_profile
from gateway.wording import Language
from plans import quota, refusals, renewal
from plans.catalogue import Tier
from plans.quota import CalendarKey, Link
from plans.refusals import Refusal
from plans.subscription import Subscription, pause
from plans.words import Reason

_Account = Row[*tuple[Any, ...]]

_WITHOUT_PLAN = frozenset({Reason.NO_SUBSCRIPTION, Reason.SUBSCRIPTION_ENDED})


@dataclass(frozen=True, slots=True)
class Cover:
    """What the plan of an account covers at an instant."""

    payer_id: int  # whose subscription counts: the account's own, or its parent's
    waits: Reason | None  # why no reminder may leave; None where they may
    plan: str | None = None  # the name of the tier in force, or of the last one; None where there never was any
    tier: Tier | None = None

    @property
    def calendars(self) -> int:
        """How many calendars may have reminders, those of the payer and of its sub-accounts together."""
        return self.tier.calendars if self.tier else 0

    def paused(self, links: Iterable[Link], picked: Collection[CalendarKey] = ()) -> list[CalendarKey]:
        """The calendars beyond the limit, of all ``links`` of the payer and its sub-accounts; nothing is deleted."""
        return quota.paused(links, self.calendars, picked)


def covers(
    connection: Connection, rules: BillingRules, account_ids: Collection[int], now: datetime
) -> dict[int, Cover]:
    """What the plans of accounts cover now, in three reads however many they are; an unknown account is left out.

    True at every instant: what time has done to a subscription counts, even where nobody has written it down yet.
    """
    people = _people(connection, account_ids)
    subscribed = _subscribed(connection, rules, {each.payer_id for each in people}, now)
    return {each.account_id: _cover(each, subscribed.get(each.payer_id)) for each in people}


def require_calendars(
    connection: Connection,
    rules: BillingRules,
    now: datetime,
    *,
    account_id: int,
    calendars: int,
    language: Language = Language.EN,
) -> None:
    """Refuse that an account has reminders for so many calendars in all, its parent's and siblings' counted in.

    Asked before one more is enabled; ``Refused`` names the plan that covers them. A trial covers what its tier does,
    whoever has paid nothing yet and whoever is late may still choose among the calendars that are covered.
    """
    cover = covers(connection, rules, [account_id], now)[account_id]
    refusing.check(_refusal(cover, calendars, rules, now), language)


def _refusal(cover: Cover, calendars: int, rules: BillingRules, now: datetime) -> refusals.Refused | None:
    if cover.plan is None or cover.tier is None or cover.waits in _WITHOUT_PLAN:
        return refusals.Refused(Refusal.NO_SUBSCRIPTION)
    return quota.calendar_refusal(cover.plan, cover.tier, calendars, rules.catalogue, rules.today(now))


def _people(connection: Connection, account_ids: Collection[int]) -> Sequence[_Account]:
    """Accounts with who pays for them, and the states of both."""
    return connection.execute(_PEOPLE, {"accounts": sorted(account_ids)}).all()


_payer, _payer_id = account.alias("payer"), func.coalesce(account.c.parent_id, account.c.account_id)
_PEOPLE = (
    select(account.c.account_id, _payer_id.label("payer_id"), account.c.state)
    .add_columns(_payer.c.state.label("payer_state"), billing_profile.c.suspended_at)
    .join(_payer, _payer.c.account_id == _payer_id)
    .outerjoin(billing_profile, billing_profile.c.account_id == _payer_id)
    .where(account.c.account_id.in_(bindparam("accounts", expanding=True)))
)


def _subscribed(
    connection: Connection, rules: BillingRules, payer_ids: Collection[int], now: datetime
) -> dict[int, tuple[Subscription, Tier]]:
    """The newest subscription of each payer that ever had one, as it stands now, with its tier."""
    known, prices = latest_of(connection, payer_ids), prices_of(connection, rules, payer_ids)
    terms = rules.conditions(rules.today(now)).payment
    found = {}
    for each in known:
        value, _ = renewal.advance(each.value, now, prices[each.account_id], terms)
        found[each.account_id] = value, prices[each.account_id].tier(value.ordered, value.local_day(now))
    return found


def _cover(row: _Account, subscribed: tuple[Subscription, Tier] | None) -> Cover:
    if subscribed is None:
        return Cover(row.payer_id, _stopped(row) or Reason.NO_SUBSCRIPTION)
    value, tier = subscribed
    waits = pause(value)
    return Cover(row.payer_id, _stopped(row) or (Reason(waits) if waits else None), value.ordered.formula.tier, tier)


def _stopped(row: _Account) -> Reason | None:
    """Why an account sends nothing at all."""
    states = {row.state, row.payer_state}
    if AccountState.CLOSED in states:
        return Reason.ACCOUNT_CLOSED
    if AccountState.SUSPENDED not in states:
        return None
    return Reason.PAYMENT_LATE if row.suspended_at else Reason.ACCOUNT_SUSPENDED
