"""The picture of an invoice, put together from what was frozen when it was issued."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from gateway.billing.customers import Profile
from gateway.billing.documents.document import Corrected, DocumentKind, InvoiceDocument, Party
from gateway.billing.invoice_tables import invoice
from gateway.billing.issued import Issued
from gateway.billing.particulars import Particulars
from gateway.billing.stored import from_stored
from gateway.billing.words import InvoiceKind
from plans.periods import Period


def picture(connection: Connection, issued: Issued) -> InvoiceDocument | None:
    """All that the paper shows, the same on every print; None where its particulars are not complete."""
    row = _row(connection, issued.account_id, issued.invoice_id)
    if row.particulars is None:
        return None
    frozen = from_stored(Particulars, row.particulars)
    return InvoiceDocument(
        kind=DocumentKind(issued.kind),
        number=issued.name,
        issued_on=issued.issued_on,
        supplied=_supplied(issued),
        seller=frozen.seller,
        buyer=_buyer(from_stored(Profile, row.buyer)),
        language=row.language,
        invoice=issued.document,
        mentions=frozen.mentions,
        means=row.means,
        payment_reference=issued.name,
        due_on=issued.due_on,
        account=frozen.account,
        corrects=_corrected(connection, issued),
    )


def _row(connection: Connection, account_id: int, invoice_id: int) -> Row[*tuple[Any, ...]]:
    which = (invoice.c.account_id == account_id, invoice.c.invoice_id == invoice_id)
    return connection.execute(select(invoice).where(*which)).one()


def _corrected(connection: Connection, issued: Issued) -> Corrected | None:
    if issued.kind is InvoiceKind.INVOICE or issued.corrects_id is None:
        return None
    row = _row(connection, issued.account_id, issued.corrects_id)
    return Corrected(f"{row.series}-{row.number:06}", row.issued_on)


def _supplied(issued: Issued) -> date | Period:
    """The time that the lines are about, or the day of issue where they are about none."""
    periods = [each.period for each in issued.document.lines if each.period]
    if not periods:
        return issued.issued_on
    return Period(min(each.start for each in periods), max(each.end for each in periods))


def _buyer(profile: Profile) -> Party:
    return Party(
        name=profile.legal_name,
        address=profile.address,
        postcode=profile.postcode,
        city=profile.city,
        country=profile.territory,
        siren=profile.siren,
        vat_number=profile.vat_number,
    )
