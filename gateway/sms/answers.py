"""What people answered, for the rooms that deal with it: rows with a lease, each for one room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, select

from gateway.engine.database import Stamp
from gateway.engine.queue import Claim, Queue
from gateway.sms.inbound_tables import answer, inbound_sms
from gateway.sms.tables import message
from gateway.sms.words import Meaning, Reader
from plans.words import MessageClass, Origin

ANSWERS = Queue(answer, key="answer_id", order="answer_id")

#: Woken when there are answers for a room.
TOPICS = {each: f"answer:{each}" for each in Reader}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered, and to what."""

    claim: Claim
    inbound_id: int
    phone: str  # E.164
    number: str  # ours
    text: str
    meaning: Meaning
    missing_parts: int
    ambiguous: bool  # another client had written to that phone shortly before
    at: datetime
    message_id: int  # the message that it answers; 0, and no more of it, where there is none
    origin: Origin | None
    origin_id: int | None  # the mail, reminder or call that the message came from
    message_class: MessageClass | None
    message_text: str | None
    message_at: datetime | None


_FOR_READER = (answer.c.reader == bindparam("of_reader"),)


def enter_answer(connection: Connection, stamp: Stamp, account_id: int, inbound_id: int, reader: Reader) -> None:
    """Leave an answer for a room, in the transaction that understood it."""
    row = {"account_id": account_id, "answer_id": stamp.new_id(), "reader": reader, "inbound_id": inbound_id}
    connection.execute(answer.insert().values(row))


def claim_answers(
    connection: Connection, reader: Reader, *, worker: int, now: datetime, lease: timedelta, limit: int
) -> list[Answer]:
    """Take answers that wait for a room, the oldest first."""
    claims = ANSWERS.claim(
        connection, worker=worker, now=now, lease=lease, limit=limit, where=_FOR_READER, of_reader=reader
    )
    return _read(connection, claims) if claims else []


def any_answers(connection: Connection, reader: Reader) -> bool:
    """Whether any waits for a room: cheaper to ask than to claim."""
    return ANSWERS.any_ready(connection, answer.c.reader == reader)


def _read(connection: Connection, claims: Sequence[Claim]) -> list[Answer]:
    came, about = inbound_sms.c, message.c
    rows = connection.execute(
        select(answer.c.answer_id, came.inbound_id, came.sender, came.recipient, came.body, came.meaning)
        .add_columns(came.missing_parts, came.ambiguous, came.sent_at, came.message_id)
        .add_columns(about.origin, about.origin_id, about.message_class, about.body, about.created_at)
        .join(inbound_sms, and_(came.account_id == answer.c.account_id, came.inbound_id == answer.c.inbound_id))
        .outerjoin(message, and_(about.account_id == came.account_id, about.message_id == came.message_id))
        .where(
            answer.c.account_id.in_({each.account_id for each in claims}),
            answer.c.answer_id.in_([each.row_id for each in claims]),
        )
        .order_by(answer.c.answer_id)
    )
    by_id = {each.row_id: each for each in claims}
    return [Answer(by_id[answer_id], *columns) for answer_id, *columns in rows]
