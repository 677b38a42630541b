"""The append-only ledger: every unit that came, went, came back or ended, each line written once."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; ``units`` is what the lot gained."""

    account_id: int
    kind: EntryKind
    message_id: int
    lot_id: int
    units: int
    reason: str | None = None


_ENTER = insert(ledger_entry)


def enter(connection: Connection, stamp: Stamp, entries: Collection[Entry]) -> None:
    """Append to the ledger. Its unique key (account, message, kind, lot) is the last proof against a double charge."""
    if entries:
        connection.execute(
            _ENTER,
            [
                {
                    "account_id": entry.account_id,
                    "entry_id": stamp.new_id(),
                    "kind": entry.kind,
                    "message_id": entry.message_id,
                    "lot_id": entry.lot_id,
                    "units": entry.units,
                    "at": stamp.now,
                    "reason": entry.reason,
                }
                for entry in entries
            ],
        )
