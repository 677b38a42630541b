"""The counter of postpaid: every unit beyond the lots, one row a message, until an invoice takes it (special term 1).

A row without an invoice is open; the next invoice takes all that are. What comes back is a row of its own, below zero,
so that nothing counted is ever edited, and each invoice is the sum of its rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, or_, select

from gateway.accounts.tables import account
from gateway.billing.selling_tables import postpaid_agreement, postpaid_use
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Use:
    """Units that a message took (or, for a refund, gave back) beyond the lots."""

    payer_id: int
    message_id: int
    kind: EntryKind
    user_id: int  # the account that sent it: the payer or its sub-account
    agreement_id: int
    destination: str
    units: int  # below zero for a refund


def agreements(connection: Connection, payer_ids: Collection[int], now: datetime) -> dict[int, int]:
    """The agreement in force for each payer that has one, on its own calendar."""
    if not payer_ids:
        return {}
    today = now.astimezone(UTC).date()
    given = {"payers": sorted(payer_ids), "yesterday": today - _DAY, "tomorrow": today + _DAY}
    found = connection.execute(_NEAR, given).all()
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in {each.time_zone for each in found}}
    return {
        each.account_id: each.agreement_id
        for each in found
        if each.since <= days[each.time_zone] and (each.until is None or days[each.time_zone] <= each.until)
    }


_row = postpaid_agreement.c
_NEAR = (
    select(_row.account_id, _row.agreement_id, _row.since, _row.until, account.c.time_zone)
    .join(account, account.c.account_id == _row.account_id)
    .where(
        _row.account_id.in_(bindparam("payers", expanding=True)),
        _row.since <= bindparam("tomorrow"),
        or_(_row.until.is_(None), _row.until >= bindparam("yesterday")),
    )
)


def count(connection: Connection, stamp: Stamp, uses: Sequence[Use]) -> None:
    """Write uses down, in the transaction that enters them in the ledger."""
    if uses:
        connection.execute(
            insert(postpaid_use),
            [
                {
                    "account_id": each.payer_id,
                    "message_id": each.message_id,
                    "kind": each.kind,
                    "user_id": each.user_id,
                    "agreement_id": each.agreement_id,
                    "destination": each.destination,
                    "units": each.units,
                    "at": stamp.now,
                }
                for each in uses
            ],
        )


def uncount(connection: Connection, stamp: Stamp, messages: Collection[tuple[int, int]]) -> None:
    """Take messages (payer, message) off the counter again; each is refunded for the first time."""
    if not messages:
        return
    used = connection.execute(_used(connection.dialect.name), as_pairs(messages))
    count(connection, stamp, [_taken_back(row) for row in used])


def _taken_back(row: Row[*tuple[Any, ...]]) -> Use:
    return Use(
        row.account_id, row.message_id, EntryKind.REFUND, row.user_id, row.agreement_id, row.destination, -row.units
    )


@cache
def _used(dialect: str) -> Select[*tuple[Any, ...]]:
    row, wanted = postpaid_use.c, pairs(dialect)
    return (
        select(row.account_id, row.message_id, row.user_id, row.agreement_id, row.destination, row.units)
        .join(wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.message_id))
        .where(row.kind == EntryKind.CHARGE)
    )
