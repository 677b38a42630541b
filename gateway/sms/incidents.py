"""Giving back what messages cost that an incident at a carrier wasted (terms, article 6.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.incidents import note_incident, relieve
from gateway.billing.refunds import Refund, refund
from gateway.billing.rules import BillingRules
from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.incidents import Incident, is_wasted
from plans.words import Reason

LONGEST = timedelta(days=31)


def has_carried(connection: Connection, carrier: str) -> bool:
    """Whether any message was ever handed to this carrier."""
    return bool(connection.scalar(select(exists().where(message.c.carrier == carrier))))


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What an incident gave back."""

    incident_id: int
    messages: int
    units: int
    credit_notes: tuple[str, ...]  # on invoices that had taken some of them


def give_back(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    rules: BillingRules,
    grace: timedelta,
    *,
    happened: Incident,
) -> GivenBack:
    """Refund every message that was handed over during an incident and not delivered, each once.

    Units go back to their lots (for ``grace`` where a lot has ended since), or off the counter and its invoice.
    """
    _refuse_impossible(happened, stamp)
    incident_id = note_incident(connection, stamp, happened)
    wasted = _wasted(connection, happened)
    refunds = [Refund(row.payer_id, row.message_id, Reason.INCIDENT, row.account_id) for row in wasted]
    units = refund(connection, stamp, refunds, grace)
    notes = relieve(connection, stamp, rules, incident_id, {(each.payer_id, each.message_id) for each in refunds})
    for payer_id in sorted({each.payer_id for each in refunds}):
        audit_trail.append(connection, stamp, actor, payer_id, Action.INCIDENT_CREDITED, incident=incident_id)
    return GivenBack(incident_id, len(refunds), units, tuple(note.name for note in notes))


def _refuse_impossible(happened: Incident, stamp: Stamp) -> None:
    if not happened.since < happened.until <= stamp.now:
        raise Refused("An incident begins before it ends, and is over.", "Give both instants, none in the future.")
    if happened.until - happened.since > LONGEST:
        raise Refused(f"An incident of more than {LONGEST.days} days is none.", "Give it in shorter spans.")


def _wasted(connection: Connection, happened: Incident) -> Sequence[Row[*tuple[Any, ...]]]:
    row, entry = message.c, ledger_entry.c
    refunded = exists().where(
        entry.account_id == row.payer_id, entry.message_id == row.message_id, entry.kind == EntryKind.REFUND
    )
    handed_over = (
        select(row.account_id, row.message_id, row.payer_id, row.carrier, row.submitted_at, row.state)
        .add_columns(refunded.label("refunded"))
        .where(row.carrier == happened.carrier, row.submitted_at >= happened.since, row.submitted_at < happened.until)
        .order_by(row.message_id)
    )
    return [
        each
        for each in connection.execute(handed_over)
        if is_wasted(
            happened,
            each.carrier,
            each.submitted_at,
            delivered=each.state is MessageState.DELIVERED,
            refunded=each.refunded,
        )
    ]
