"""Who changed what and when: one entry in the transaction of each administrative change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gateway.accounts.tables import audit_entry
from gateway.accounts.words import Action
from gateway.engine.database import Stamp

Plain = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, as it was made."""

    at: datetime
    actor: str  # who: the login of a person, or the name of a program
    action: Action
    detail: Mapping[str, Plain]


def append(connection: Connection, stamp: Stamp, actor: str, account_id: int, action: Action, **detail: Plain) -> None:
    """Write down a change. ``detail`` holds what was asked, and never a secret."""
    connection.execute(
        insert(audit_entry).values(
            account_id=account_id,
            entry_id=stamp.new_id(),
            at=stamp.now,
            actor=actor,
            action=action,
            detail=detail,
        )
    )


def entries(connection: Connection, account_id: int) -> Iterator[Entry]:
    """The changes of one account, the newest first."""
    column = audit_entry.c
    newest_first = (
        select(column.at, column.actor, column.action, column.detail)
        .where(column.account_id == account_id)
        .order_by(column.entry_id.desc())
    )
    return (Entry(*row) for row in connection.execute(newest_first))
