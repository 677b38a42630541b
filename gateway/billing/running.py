"""The subscriptions as rows: read under a lock, written back with when time does something to them next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.accounts.refusals import Refused
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import billing_profile, subscription
from gateway.billing.stored import from_text, to_stored
from gateway.engine.database import Stamp
from plans import renewal
from plans.subscription import State, Subscription


@dataclass(frozen=True, slots=True)
class Running:
    """A subscription of a client."""

    account_id: int
    subscription_id: int
    version: int  # rises with every change
    value: Subscription


_ROW = select(
    *(subscription.c.account_id, subscription.c.subscription_id, subscription.c.version),
    cast(subscription.c.document, Text),
)


def running(connection: Connection, account_id: int) -> Running | None:
    """The subscription of a client that has not ended; None where it has none."""
    row = subscription.c
    found = connection.execute(_ROW.where(row.account_id == account_id, row.state != State.ENDED)).one_or_none()
    return _running(*found) if found else None


def hold(connection: Connection, account_id: int) -> None:
    """Lock the subscriptions of a client until the end of the transaction."""
    row = subscription.c
    connection.execute(select(row.subscription_id).where(row.account_id == account_id).with_for_update())


def latest(connection: Connection, account_id: int) -> Running | None:
    """The newest subscription of a client, ended or not."""
    row = subscription.c
    newest_first = _ROW.where(row.account_id == account_id).order_by(row.subscription_id.desc()).limit(1)
    found = connection.execute(newest_first).one_or_none()
    return _running(*found) if found else None


def latest_of(connection: Connection, account_ids: Collection[int]) -> list[Running]:
    """The newest subscription of each of these clients that ever had one, ended or not."""
    return [_running(*each) for each in connection.execute(_LATEST, {"accounts": sorted(account_ids)})]


def _latest() -> Select[*tuple[Any, ...]]:
    row = subscription.c
    newest = (
        select(row.account_id, func.max(row.subscription_id).label("subscription_id"))
        .where(row.account_id.in_(bindparam("accounts", expanding=True)))
        .group_by(row.account_id)
        .subquery()
    )
    return _ROW.join(
        newest, and_(newest.c.account_id == row.account_id, newest.c.subscription_id == row.subscription_id)
    )


_LATEST = _latest()


def by_id(connection: Connection, account_id: int, subscription_id: int) -> Running:
    """One subscription."""
    row = subscription.c
    of_it = (row.account_id == account_id, row.subscription_id == subscription_id)
    return _running(*connection.execute(_ROW.where(*of_it)).one())


def due(connection: Connection, now: datetime, limit: int) -> list[Running]:
    """Subscriptions to which time has done something, the longest due first; what others work on is skipped."""
    row = subscription.c
    waiting = _ROW.where(row.next_at <= now).order_by(row.next_at, row.account_id).limit(limit)
    return [_running(*each) for each in connection.execute(waiting.with_for_update(skip_locked=True))]


def next_due(connection: Connection) -> datetime | None:
    """The next instant at which time does something to any subscription."""
    row = subscription.c
    found: datetime | None = connection.scalar(
        select(row.next_at).where(row.next_at.is_not(None)).order_by(row.next_at).limit(1)
    )
    return found


def had_trial(connection: Connection, account_id: int, siren: str | None) -> bool:
    """Whether this client, or an account of the same legal entity, has subscribed before."""
    same = billing_profile.c.account_id == account_id
    if siren is not None:
        same |= billing_profile.c.siren == siren
    accounts = select(billing_profile.c.account_id).where(same)
    return bool(connection.scalar(select(exists().where(subscription.c.account_id.in_(accounts)))))


def begin(connection: Connection, stamp: Stamp, rules: BillingRules, first: Running) -> None:
    """Write a new subscription; ``Refused`` where the client has one already."""
    values = {"account_id": first.account_id, "subscription_id": first.subscription_id, "started_at": stamp.now}
    try:
        with connection.begin_nested():
            connection.execute(insert(subscription).values(**values, **_state(first, rules, stamp.now)))
    except IntegrityError:
        raise Refused(
            "This client has a subscription.", "Change it; `gateway plan change` takes another one."
        ) from None


_SAVE = (
    update(subscription)
    .where(
        subscription.c.account_id == bindparam("of_account"),
        subscription.c.subscription_id == bindparam("of_subscription"),
    )
    .values({name: bindparam(name) for name in ("document", "state", "next_at", "version")})
)


def save(connection: Connection, rules: BillingRules, now: datetime, changed: Sequence[Running]) -> None:
    """Write subscriptions that are locked, each a version on."""
    rows = [
        {
            "of_account": each.account_id,
            "of_subscription": each.subscription_id,
            **_state(replace(each, version=each.version + 1), rules, now),
        }
        for each in changed
    ]
    if rows:
        connection.execute(_SAVE, rows)


def put_off(connection: Connection, stuck: Running, until: datetime) -> None:
    """Leave a subscription alone for a while."""
    row = subscription.c
    which = (row.account_id == stuck.account_id, row.subscription_id == stuck.subscription_id)
    connection.execute(update(subscription).where(*which).values(next_at=until))


def _state(each: Running, rules: BillingRules, now: datetime) -> dict[str, object]:
    terms = rules.conditions(rules.today(now)).payment
    return {
        "document": to_stored(each.value),
        "state": each.value.state,
        "next_at": renewal.next_at(each.value, terms),
        "version": each.version,
    }


def _running(account_id: int, subscription_id: int, version: int, document: str) -> Running:
    return Running(account_id, subscription_id, version, from_text(Subscription, document))
