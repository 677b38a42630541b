"""What must hold after any number of crashes, looked up in the database from outside."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gateway.billing.words import EntryKind
from gateway.sms.tables import job, message, notice, sandbox_sms
from gateway.sms.words import FINAL
from gateway.smtp.tables import spool
from tests.crash.books import difference, discrepancies, entries
from tests.crash.senders import REFUSED_ENDING, SentMail


@dataclass(frozen=True, slots=True)
class Findings:
    """Every figure but ``messages`` must be nought."""

    messages: int
    lost: int  # answered 250, and no message came of it
    doubled: int  # mails with more than one message
    unfinished: int  # messages that no end was found for
    charged_otherwise: int  # messages without exactly one charge
    phones_otherwise: int  # phones that did not get exactly the SMS that they should
    refunds_otherwise: int  # refused by the carrier and not refunded once, or refunded without that
    discrepancies: int  # of the audit of the house

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled or charged otherwise."""
        mistakes = (
            self.lost,
            self.doubled,
            self.unfinished,
            self.charged_otherwise,
            self.phones_otherwise,
            self.refunds_otherwise,
            self.discrepancies,
        )
        return not any(mistakes)


def work_left(connection: Connection) -> int:
    """Rows in the queues and receipts still to be taken in."""
    queues = sum(connection.scalar(select(func.count()).select_from(each)) or 0 for each in (spool, job, notice))
    receipts = select(func.count()).where(sandbox_sms.c.receipt_due_at.is_not(None))
    return queues + (connection.scalar(receipts) or 0)


def look(connection: Connection, answered: Sequence[SentMail]) -> Findings:
    """Compare what clients were promised with messages, money and phones."""
    row = message.c
    rows = connection.execute(select(row.message_id, row.body, row.recipient, row.state)).all()
    of_text = Counter(each.body for each in rows)
    refused = {each.message_id for each in rows if each.recipient.endswith(REFUSED_ENDING)}
    expected = Counter(each.body for each in rows if each.message_id not in refused)
    on_phones = Counter(connection.scalars(select(sandbox_sms.c.body)))
    charges, refunds = entries(connection, EntryKind.CHARGE), entries(connection, EntryKind.REFUND)
    return Findings(
        messages=len(rows),
        lost=sum(each.text not in of_text for each in answered),
        doubled=sum(count > 1 for count in of_text.values()),
        unfinished=sum(each.state not in FINAL for each in rows),
        charged_otherwise=difference(charges, Counter({each.message_id: 1 for each in rows})),
        phones_otherwise=difference(on_phones, expected),
        refunds_otherwise=difference(refunds, Counter(dict.fromkeys(refused, 1))),
        discrepancies=discrepancies(connection),
    )
