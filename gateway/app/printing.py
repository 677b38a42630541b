"""The PDF of an invoice, drawn from what was frozen when it was issued."""

from base64 import b64encode
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from gateway.accounts.refusals import Refused
from gateway.app.invoices import numbered
from gateway.billing.customers import Profile
from gateway.billing.invoice_tables import invoice
from gateway.billing.issued import Issued
from gateway.billing.rules import BillingRules
from gateway.billing.stored import from_stored
from gateway.billing.words import InvoiceKind
from gateway.settings import SellerSettings, Settings
from plans.periods import Period


def pdf(connection: Connection, settings: Settings, billing: BillingRules, *, number: str) -> dict[str, Any]:
    """The PDF/A-3 of a document with its Factur-X inside, in base64; ``Refused`` names what it lacks."""
    from gateway.billing.documents.checks import DocumentRefused  # late: drawing a page takes large libraries
    from gateway.billing.documents.issuing import printable

    issued = numbered(connection, number)
    if settings.seller is None:
        raise Refused("The configuration does not say who sells.", "Fill in [seller]: every invoice must name it.")
    try:
        drawn = printable(_document(connection, settings.seller, billing, issued))
    except DocumentRefused as lacking:
        raise Refused(f"{issued.name} is not whole: {lacking}.", "Mend [seller] in the configuration.") from None
    return {"number": issued.name, "pdf": b64encode(drawn).decode()}


def _document(connection: Connection, seller: SellerSettings, billing: BillingRules, issued: Issued) -> Any:
    from gateway.billing.documents.document import BankAccount, DocumentKind, InvoiceDocument
    from gateway.billing.documents.mentions import mentions_on

    row = _row(connection, issued.account_id, issued.invoice_id)
    terms = billing.conditions(issued.issued_on).payment
    return InvoiceDocument(
        kind=DocumentKind(issued.kind),
        number=issued.name,
        issued_on=issued.issued_on,
        supplied=_supplied(issued),
        seller=_seller(seller),
        buyer=_buyer(from_stored(Profile, row.buyer)),
        language=row.language,
        invoice=issued.document,
        mentions=mentions_on(issued.issued_on, issued.document, row.language, billing.legal, terms),
        means=row.means,
        payment_reference=issued.name,
        due_on=issued.due_on,
        account=BankAccount(seller.iban, seller.bic) if seller.iban else None,
        corrects=_corrected(connection, issued),
    )


def _row(connection: Connection, account_id: int, invoice_id: int) -> Row[*tuple[Any, ...]]:
    which = (invoice.c.account_id == account_id, invoice.c.invoice_id == invoice_id)
    return connection.execute(select(invoice).where(*which)).one()


def _corrected(connection: Connection, issued: Issued) -> Any:
    from gateway.billing.documents.document import Corrected

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


def _seller(seller: SellerSettings) -> Any:
    from gateway.billing.documents.document import Party

    return Party(
        name=seller.name,
        address=seller.address,
        postcode=seller.postcode,
        city=seller.city,
        country=seller.country,
        siren=seller.siren,
        vat_number=seller.vat_number,
        legal_form=seller.legal_form,
    )


def _buyer(profile: Profile) -> Any:
    from gateway.billing.documents.document import Party

    return Party(
        name=profile.legal_name,
        address=profile.address,
        postcode=profile.postcode,
        city=profile.city,
        country=profile.territory,
        siren=profile.siren,
        vat_number=profile.vat_number,
    )
