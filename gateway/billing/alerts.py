"""Warns clients by mail: units that are about to end, and credit that runs low; each cause once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Row, Select, delete, exists, insert, select

from gateway.accounts.tables import account
from gateway.accounts.words import AccountState
from gateway.billing.letters import write_letter
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import alert, billing_profile
from gateway.billing.tables import balance, credit_lot
from gateway.billing.words import AlertKind, LetterKind
from gateway.engine.database import Stamp
from plans.alerts import AlertTerms, due_alert, next_alert
from plans.words import LotKind

_BATCH = 500

_Row = Row[*tuple[Any, ...]]


def warn(connection: Connection, stamp: Stamp, rules: BillingRules) -> int:
    """Write the letters that are due, a batch of each kind; returns how many."""
    terms = rules.conditions(rules.today(stamp.now)).alerts
    ending = sum(_warn_of_ends(connection, stamp, terms, days) for days in terms.days_before_end)
    return ending + _warn_of_low_credit(connection, stamp)


def next_warning(connection: Connection, now: datetime, rules: BillingRules) -> datetime | None:
    """The next instant at which the end of some lot comes close enough to warn of; None where there is none."""
    terms = rules.conditions(rules.today(now)).alerts
    ends = connection.scalars(_lots(now).with_only_columns(credit_lot.c.expires_at).distinct())
    return min((due for each in ends if (due := next_alert(each, now, terms))), default=None)


def warned_at(connection: Connection, account_ids: Collection[int]) -> dict[int, str]:
    """Where clients are told by ``warn`` that their credit runs low: whoever reads mail there needs no other news."""
    found = _served(select(account.c.account_id, billing_profile.c.email).where(_has_bought(account.c.account_id)))
    rows = connection.execute(found.where(account.c.account_id.in_(sorted(account_ids))))
    return {each.account_id: each.email for each in rows}


def _warn_of_ends(connection: Connection, stamp: Stamp, terms: AlertTerms, days: int) -> int:
    """Warn of lots that end within ``days`` and were not warned of so close to their end."""
    lot = credit_lot.c
    told = exists().where(
        alert.c.account_id == lot.account_id,
        alert.c.kind == AlertKind.LOT_ENDS,
        alert.c.subject_id == lot.lot_id,
        alert.c.threshold <= days,
    )
    near = _lots(stamp.now).where(lot.expires_at <= stamp.now + timedelta(days=days), ~told)
    lots = connection.execute(near.order_by(lot.expires_at, lot.lot_id).limit(_BATCH)).all()
    for each in lots:
        left = due_alert(each.expires_at, stamp.now, terms)
        _note(
            connection,
            stamp,
            each.account_id,
            kind=AlertKind.LOT_ENDS,
            subject_id=each.lot_id,
            threshold=left or days,
        )
        facts = {"label": each.label, "units": each.units_left, "days": left, "ends_at": each.expires_at.isoformat()}
        write_letter(connection, stamp, each.account_id, LetterKind.LOT_ENDS, **facts)
    return len(lots)


def _lots(now: datetime) -> Select[*tuple[Any, ...]]:
    """Bought units of clients that are served and can be written to."""
    lot = credit_lot.c
    return _served(
        select(lot.account_id, lot.lot_id, lot.label, lot.units_left, lot.expires_at).join(
            account, account.c.account_id == lot.account_id
        )
    ).where(lot.units_left > 0, lot.expires_at > now, lot.kind != LotKind.TEST)


def _warn_of_low_credit(connection: Connection, stamp: Stamp) -> int:
    """Warn clients whose balance is below their mark, until it has risen again."""
    _forget_who_has_credit(connection)
    row, mark = balance.c, account.c.low_credit_units
    told = exists().where(alert.c.account_id == row.account_id, alert.c.kind == AlertKind.LOW_CREDIT)
    low = _served(select(row.account_id, row.credit_units, mark).join(account, account.c.account_id == row.account_id))
    clients = connection.execute(
        low.where(row.credit_units < mark, _has_bought(row.account_id), ~told).order_by(row.account_id).limit(_BATCH)
    )
    found: Sequence[_Row] = clients.all()
    for each in found:
        _note(
            connection,
            stamp,
            each.account_id,
            kind=AlertKind.LOW_CREDIT,
            subject_id=0,
            threshold=each.low_credit_units,
        )
        write_letter(connection, stamp, each.account_id, LetterKind.LOW_CREDIT, units=each.credit_units)
    return len(found)


def _has_bought(account_id: ColumnElement[int]) -> Exists:
    """Test units alone are no credit to be warned of."""
    return exists().where(credit_lot.c.account_id == account_id, credit_lot.c.kind != LotKind.TEST)


def _forget_who_has_credit(connection: Connection) -> None:
    risen = (
        select(balance.c.account_id)
        .join(account, account.c.account_id == balance.c.account_id)
        .where(balance.c.credit_units >= account.c.low_credit_units)
    )
    connection.execute(delete(alert).where(alert.c.kind == AlertKind.LOW_CREDIT, alert.c.account_id.in_(risen)))


def _served(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return found.join(billing_profile, billing_profile.c.account_id == account.c.account_id).where(
        account.c.state == AccountState.ACTIVE
    )


def _note(
    connection: Connection, stamp: Stamp, account_id: int, *, kind: AlertKind, subject_id: int, threshold: int
) -> None:
    values = {"account_id": account_id, "kind": kind, "subject_id": subject_id, "threshold": threshold}
    connection.execute(insert(alert).values(**values, sent_at=stamp.now))
