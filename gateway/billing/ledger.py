"""The append-only ledger: every unit that came, went, came back or ended, each line written once."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.bulk import BulkInsert
from gateway.engine.database import Stamp


class Entry(NamedTuple):
    """One line of the ledger; ``units`` is what the lot gained."""

    account_id: int
    kind: EntryKind
    message_id: int
    lot_id: int
    units: int
    reason: str | None = None


_row = ledger_entry.c
_ENTER = BulkInsert(
    *(_row.account_id, _row.entry_id, _row.kind, _row.message_id, _row.lot_id, _row.units, _row.at, _row.reason)
)


def enter(connection: Connection, stamp: Stamp, entries: Collection[Entry]) -> None:
    """Append to the ledger. Its unique key (account, message, kind, lot) is the last proof against a double charge."""
    _ENTER(
        connection,
        [
            (account_id, entry_id, kind, message_id, lot_id, units, stamp.now, reason)
            for entry_id, (account_id, kind, message_id, lot_id, units, reason) in zip(
                stamp.new_ids(len(entries)), entries, strict=True
            )
        ],
    )
