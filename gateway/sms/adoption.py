"""Bringing receipts and messages together that missed each other: a crossed answer, or a message left in doubt."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from gateway.engine.database import Stamp
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.doubt import Adoption, Candidate, Orphan, adoptions
from gateway.sms.early_receipts import any_early, forget_old, known_by_now, take_early, waiting
from gateway.sms.meant import Key
from gateway.sms.parts import enter_part
from gateway.sms.receipts import apply_receipts
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from plans.words import Reason

_BATCH = 500


def adopt_early_receipts(connection: Connection, stamp: Stamp, carrier: str, carrier_refs: Collection[str]) -> None:
    """Apply what came before these references were recorded."""
    if any_early(connection, carrier) and (early := take_early(connection, carrier, carrier_refs)):
        apply_receipts(connection, stamp, carrier, early)


def settle_early_receipts(connection: Connection, stamp: Stamp, carrier: str) -> None:
    """Apply early receipts whose message is known by now, or can be found among those in doubt; forget the oldest.

    Where several processes write, a receipt and the answer that names its reference may be recorded at the same moment
    and neither sees the other; this is what brings them together.
    """
    adopt_early_receipts(connection, stamp, carrier, known_by_now(connection, carrier, _BATCH))
    adopted = _adopt_doubtful(connection, stamp, carrier)
    adopt_early_receipts(connection, stamp, carrier, adopted)
    forget_old(connection, carrier, stamp.now)


def _adopt_doubtful(connection: Connection, stamp: Stamp, carrier: str) -> list[str]:
    """Give messages in doubt the references of the receipts that are about them; returns these references."""
    early = waiting(connection, carrier, _BATCH)
    orphans = [Orphan(each.carrier_ref, each.reference, each.recipient, each.echo, each.at) for each in early]
    found = adoptions(orphans, _candidates(connection, carrier, orphans)) if orphans else []
    free = _take_jobs_away(connection, {each.key for each in found})
    ours = [each for each in found if each.key in free]
    _adopt(connection, stamp, carrier, ours)
    return [each.carrier_ref for each in ours]


def _candidates(connection: Connection, carrier: str, orphans: Sequence[Orphan]) -> list[Candidate]:
    """Those in doubt, and those of several parts of which only some have been heard of.

    Beside them what one may be mistaken for: messages to the same phones whose answer is still to come.
    """
    row = message.c
    columns = select(row.account_id, row.message_id, row.recipient, row.parts, row.created_at)
    states = (MessageState.UNKNOWN, MessageState.SUBMITTED)
    doubtful = columns.where(
        row.carrier == carrier, row.reason == Reason.CARRIER_SILENT, row.state.in_(states)
    ).order_by(row.message_id)
    phones = {each.recipient for each in orphans if each.recipient}
    sending = columns.where(row.recipient.in_(phones), row.carrier == carrier, row.state == MessageState.SENDING)
    found = connection.execute(doubtful.limit(_BATCH * 10)).all()
    leaving = connection.execute(sending).all() if found else []
    return [_candidate(each, in_doubt=True) for each in found] + [_candidate(each, in_doubt=False) for each in leaving]


def _candidate(row: Row[*tuple[Any, ...]], *, in_doubt: bool) -> Candidate:
    return Candidate((row.account_id, row.message_id), row.recipient, row.parts, row.created_at, in_doubt)


def _take_jobs_away(connection: Connection, keys: Collection[Key]) -> set[Key]:
    """Those that nobody is about to hand over again; whoever claims one at the same moment has it, or finds nothing."""
    free = set()
    for account_id, message_id in sorted(keys):
        mine = (job.c.account_id == account_id, job.c.message_id == message_id)
        held = connection.scalar(select(job.c.claimed_by).where(*mine, job.c.claimed_by.is_not(None)).with_for_update())
        if held is None:
            connection.execute(delete(job).where(*mine))
            free.add((account_id, message_id))
    return free


_ADOPT = Change(state=MessageState.SUBMITTED, reason=GIVEN, carrier_ref=GIVEN, submitted_at=GIVEN)


def _adopt(connection: Connection, stamp: Stamp, carrier: str, found: Sequence[Adoption]) -> None:
    for each in found:
        if each.parts > 1:
            enter_part(connection, carrier, each.key, each.carrier_ref, each.number)
    # The reason stays: were there more parts, their receipts look for it.
    values: dict[str, Any] = {"reason": Reason.CARRIER_SILENT, "submitted_at": stamp.now}
    _ADOPT(connection, [of(*each.key, carrier_ref=each.carrier_ref, **values) for each in found])
