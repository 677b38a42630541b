"""The sandbox carrier: a phone that lives in the database, for trying everything without a network.

The last two digits of a number say what becomes of an SMS to it; every other number delivers:

====  ================================================
 90   taken, then never delivered
 91   refused by the carrier when handed over
 92   taken, delivered a minute later
 93   taken, then expired
 94   no link: it cannot be handed over and is tried again
====  ================================================
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from gateway.engine.database import Engine
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import Inbox, NotSent, Outcome, OutgoingSms, Receipt, Refused, Taken
from gateway.sms.tables import sandbox_sms
from gateway.sms.words import MessageState
from plans.words import Reason

NAME = "sandbox"

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of an SMS to a number."""

    answer: Outcome | None = None  # None: it is taken
    receipt: MessageState = MessageState.DELIVERED
    after: timedelta = timedelta()


_BY_ENDING = {
    "90": Behaviour(receipt=MessageState.FAILED),
    "91": Behaviour(answer=Refused("SANDBOX-91", Reason.CARRIER_REJECTED)),
    "92": Behaviour(after=timedelta(minutes=1)),
    "93": Behaviour(receipt=MessageState.EXPIRED),
    "94": Behaviour(answer=NotSent("SANDBOX-94")),
}


def behaviour(recipient: str) -> Behaviour:
    """The rule of a number (E.164)."""
    return _BY_ENDING.get(recipient[-2:], Behaviour())


class SandboxCarrier:
    """A carrier whose phones are rows: what it took is on disk before it answers."""

    name = NAME
    deduplicates = True
    at_once = 200
    validity = timedelta(days=2)

    def __init__(self, engine: Engine, receipt_delay: timedelta = timedelta()) -> None:
        """``receipt_delay``: how long after an SMS its receipt comes."""
        self._engine = engine
        self._receipt_delay = receipt_delay
        self._arriving: list[dict[str, Any]] = []
        self._keeping: asyncio.Task[None] | None = None

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Put the SMS on the phone; the same reference twice is one SMS."""
        rule = behaviour(sms.recipient)
        if rule.answer is not None:
            return rule.answer
        now = self._engine.clock.now()
        row: dict[str, Any] = {
            "reference": sms.reference,
            "recipient": sms.recipient,
            "display": sms.display,
            "body": sms.body,
            "parts": sms.parts,
            "received_at": now,
            "receipt_state": rule.receipt,
            "receipt_due_at": now + self._receipt_delay + rule.after,
        }
        await self._keep(row)
        return Taken(sms.reference)

    async def _keep(self, row: dict[str, Any]) -> None:
        """Write the row with all that are handed over at the same moment."""
        self._arriving.append(row)
        if len(self._arriving) == 1:
            self._keeping = asyncio.create_task(self._keep_all())
        assert self._keeping is not None  # noqa: S101 - whoever came first has made it
        await asyncio.shield(self._keeping)

    async def _keep_all(self) -> None:
        rows, self._arriving = self._arriving, []
        await self._engine.write(lambda connection: _keep(connection, rows), urgent=True)

    async def collect(self, inbox: Inbox) -> int:
        """Pass on the receipts that are due; they come again until they were kept once."""
        now = self._engine.clock.now()
        due = await self._engine.read(lambda connection: _due(connection, now))
        if due:
            await inbox.receipts([Receipt(row.reference, row.receipt_state, "000", now) for row in due])
            await self._engine.write(lambda connection: _acknowledge(connection, due), urgent=True)
        return len(due)

    async def run(self, inbox: Inbox) -> None:
        """There is no link to keep up."""

    async def close(self) -> None:
        """There is nothing to end."""


def _keep(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(insert_or(connection, sandbox_sms).on_conflict_do_nothing(), rows)


def _due(connection: Connection, now: datetime) -> Sequence[Row[str, MessageState]]:
    row = sandbox_sms.c
    return connection.execute(
        select(row.reference, row.receipt_state)
        .where(row.receipt_due_at <= now)
        .order_by(row.receipt_due_at)
        .limit(_BATCH)
    ).all()


_ACKNOWLEDGE = (
    update(sandbox_sms).where(sandbox_sms.c.reference == bindparam("taken_reference")).values(receipt_due_at=None)
)


def _acknowledge(connection: Connection, due: Sequence[Row[str, MessageState]]) -> None:
    connection.execute(_ACKNOWLEDGE, [{"taken_reference": row.reference} for row in due])
