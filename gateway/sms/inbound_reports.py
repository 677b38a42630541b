"""What people sent and what it was taken for: lists and single SMS, for the command line and the API."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.accounts.tables import account
from gateway.sms.inbound_tables import inbound_sms
from gateway.sms.words import Meaning

MOST = 1_000  # lines of one list: who wants more asks again with ``before_id``


@dataclass(frozen=True, slots=True)
class InboundLine:
    """An SMS that somebody sent, as a list shows it."""

    id: int
    account: str | None  # slug; None where it is nobody's
    sender: str
    recipient: str
    text: str
    missing_parts: int
    meaning: Meaning
    answers: int  # the message, 0 where there is none
    ambiguous: bool  # it may answer a message of another client
    carrier: str
    sent_at: datetime
    received_at: datetime


_row = inbound_sms.c
_LINES = (
    select(_row.inbound_id, account.c.slug, _row.sender, _row.recipient, _row.body, _row.missing_parts, _row.meaning)
    .add_columns(_row.message_id, _row.ambiguous, _row.carrier, _row.sent_at, _row.received_at)
    .outerjoin(account, account.c.account_id == _row.account_id)
)


def list_inbound(
    connection: Connection, *, limit: int, account_id: int | None = None, before_id: int | None = None
) -> list[InboundLine]:
    """The newest first, at most ``limit`` (and never more than MOST); ``before_id`` goes on where a list ended."""
    lines = _LINES if account_id is None else _LINES.where(_row.account_id == account_id)
    if before_id is not None:
        lines = lines.where(_row.inbound_id < before_id)
    newest_first = lines.order_by(_row.inbound_id.desc(), _row.account_id).limit(max(0, min(limit, MOST)))
    return [InboundLine(*each) for each in connection.execute(newest_first)]


def show_inbound(connection: Connection, inbound_id: int) -> list[InboundLine]:
    """One SMS, a line for each client that it concerns: a STOP may concern several."""
    one = _LINES.where(_row.inbound_id == inbound_id).order_by(_row.account_id)
    return [InboundLine(*each) for each in connection.execute(one)]
