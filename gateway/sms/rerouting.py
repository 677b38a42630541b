"""Handing the queued messages of a carrier that fails to others that can take them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from gateway.accounts.tables import account
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.queue import Claim
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.circuits import closed_to_messages
from gateway.sms.jobs import JOBS
from gateway.sms.lanes import lane_of
from gateway.sms.numbers import known
from gateway.sms.policy import Rules
from gateway.sms.routes import Journey, carrier_of
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState

_GIVE = Change(carrier=GIVEN, state=MessageState.QUEUED)


WAITING = (MessageState.QUEUED, MessageState.HELD)


def reroute(
    connection: Connection,
    rules: Rules,
    claims: Sequence[Claim],
    leaving: str,
    now: datetime,
    *,
    states: Sequence[MessageState] = WAITING,
) -> set[int]:
    """Move claimed messages that surely have not left to the lanes of other carriers; returns the ids of those moved.

    ``leaving`` is the carrier that they waited for, ``states`` those in which they surely have not left. One that is in
    doubt, or that no other route takes, is not moved.
    """
    found = _elsewhere(connection, rules, claims, leaving, now, states=states) if claims else {}
    by_id = {claim.row_id: claim for claim in claims}
    freed = JOBS.release(connection, [by_id[message_id] for message_id in found])
    for message_id in freed:
        carrier, lane = found[message_id]
        claim = by_id[message_id]
        _GIVE(connection, [of(claim.account_id, message_id, carrier=carrier)])
        these = (job.c.account_id == claim.account_id, job.c.message_id == message_id)
        connection.execute(update(job).where(*these).values(lane=lane, attempts=0))
    return freed


def _elsewhere(
    connection: Connection,
    rules: Rules,
    claims: Sequence[Claim],
    leaving: str,
    now: datetime,
    *,
    states: Sequence[MessageState],
) -> dict[int, tuple[str, str]]:
    """The carrier and lane of each message that another carrier can take."""
    closed = closed_to_messages(connection, now) | {leaving}
    row, wanted = message.c, pairs(connection.dialect.name)
    rows = connection.execute(
        select(row.message_id, row.recipient, row.destination, row.message_class, row.display, account.c.slug)
        .join(wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.message_id))
        .join(account, account.c.account_id == row.account_id)
        .where(row.state.in_(states)),
        as_pairs((claim.account_id, claim.row_id) for claim in claims),
    )
    found = {}
    for each in rows:
        journey = Journey.of(known(each.recipient, each.destination), each.message_class, each.display, each.slug)
        if carrier := carrier_of(rules.routes, journey, closed, each.message_id):
            found[each.message_id] = (carrier, lane_of(carrier, each.message_class))
    return found
