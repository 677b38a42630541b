"""The commands about the paper of invoices: their PDF, and what one lacks that was issued too early."""

from base64 import b64encode
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.app.invoices import numbered
from gateway.billing import particulars
from gateway.billing.printing import picture
from gateway.billing.rules import BillingRules
from gateway.engine.database import Stamp


def pdf(connection: Connection, *, number: str) -> dict[str, Any]:
    """The PDF/A-3 of a document with its Factur-X inside, in base64; ``Refused`` names what it lacks."""
    from gateway.billing.documents.checks import DocumentRefused  # late: drawing a page takes large libraries
    from gateway.billing.documents.issuing import printable

    issued = numbered(connection, number)
    document = picture(connection, issued)
    if document is None:
        raise Refused(
            f"{issued.name} was issued before the configuration said who sells.",
            f"Fill in [seller], then `gateway invoice complete {issued.name}`.",
        )
    try:
        drawn = printable(document)
    except DocumentRefused as lacking:
        raise Refused(f"{issued.name} is not sound: {lacking}.", "Correct it by a credit note.") from None
    return {"number": issued.name, "pdf": b64encode(drawn).decode()}


def complete(connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, number: str) -> dict[str, Any]:
    """Give a document that was issued too early the seller and the sentences of today, for good."""
    issued = numbered(connection, number)
    completed = particulars.complete(connection, billing, issued)
    if completed:
        audit_trail.append(connection, stamp, actor, issued.account_id, Action.INVOICE_COMPLETED, invoice=issued.name)
    return {"number": issued.name, "completed": completed}
