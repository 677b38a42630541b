"""Sellers, buyers and invoices that the tests of documents share."""

from datetime import date, timedelta
from fractions import Fraction

from gateway.billing.documents.document import BankAccount, Corrected, DocumentKind, InvoiceDocument, Party
from gateway.billing.documents.mentions import mentions_on
from gateway.settings import read_config
from gateway.wording import Language
from plans.credit_notes import whole_credit
from plans.invoices import Invoice, Line, LineKind, invoice_of, line, sum_line
from plans.late import PaymentTerms
from plans.legal import legal_from
from plans.money import NOTHING, Money, Rate
from plans.orders import PaymentMeans
from plans.periods import Period
from plans.vat import Treatment, Vat

LEGAL = legal_from(read_config("legal.toml"))
TERMS = PaymentTerms(due_days=30, penalty_factor=3, suspend_after_days=30, retry_days=())
DAY = date(2026, 6, 10)  # in the half-year whose legal interest rate is 2.62 %

FULL = Vat(Treatment.TAXED, Fraction(20, 100))
ISLANDS = Vat(Treatment.TAXED, Fraction(85, 1000))
GUYANE = Vat(Treatment.NOT_APPLICABLE, Fraction(0))
REVERSE = Vat(Treatment.REVERSE_CHARGE, Fraction(0))
ABROAD = Vat(Treatment.OUT_OF_SCOPE, Fraction(0))

MAY = Period(date(2026, 5, 10), date(2026, 6, 10))
SELLER = Party(
    name="Messagerie Exemple SAS",
    address=("12 rue de la République",),
    postcode="75011",
    city="Paris",
    country="FR",
    siren="123456782",
    siret="12345678200010",
    vat_number="FR32123456782",
    legal_form="SAS au capital de 10 000 €, RCS Paris 123 456 782",
)
BUYER = Party(
    name="Cabinet médical Les Tilleuls",
    address=("Bâtiment B", "3 avenue du Général-de-Gaulle"),
    postcode="69003",
    city="Lyon",
    country="FR",
    siren="987654324",
    siret="98765432400017",
    vat_number="FR74987654324",
)
ACCOUNT = BankAccount("FR7630006000011234567890189", "AGRIFRPP")


def lines(vat: Vat = FULL) -> list[Line]:
    """A subscription with a change of formula, and a month of postpaid SMS."""
    return [
        sum_line(LineKind.SUBSCRIPTION, "BUSINESS", Money(1999), vat, period=MAY),
        sum_line(LineKind.PRO_RATA_OLD, "SOLO", Money(-400), vat, period=MAY),
        sum_line(LineKind.PRO_RATA_NEW, "BUSINESS", Money(1000), vat, period=MAY),
        line(LineKind.CONSUMPTION, "FR", 4200, Rate(45_000), vat),
    ]


def document_of(
    invoice: Invoice,
    *,
    language: Language = Language.FR,
    day: date = DAY,
    buyer: Party = BUYER,
    means: PaymentMeans = PaymentMeans.TRANSFER,
    vat_on_debits: bool = False,
) -> InvoiceDocument:
    """An invoice of ``day``, or a credit note where its total is below zero."""
    is_credit = invoice.due < NOTHING
    return InvoiceDocument(
        kind=DocumentKind.CREDIT_NOTE if is_credit else DocumentKind.INVOICE,
        number="A2026-000007" if is_credit else "F2026-000123",
        issued_on=day,
        supplied=MAY,
        seller=SELLER,
        buyer=buyer,
        language=language,
        invoice=invoice,
        mentions=mentions_on(day, invoice, language, LEGAL, TERMS),
        means=means,
        payment_reference="F2026-000123",
        due_on=None if is_credit else day + timedelta(days=30),
        account=ACCOUNT,
        corrects=Corrected("F2026-000100", date(2026, 5, 2)) if is_credit else None,
        vat_on_debits=vat_on_debits,
    )


def an_invoice(language: Language = Language.FR) -> InvoiceDocument:
    """The usual invoice: 214.99 net, 43.00 tax, 257.99 gross, of which 100.00 is paid already."""
    return document_of(invoice_of(lines(), Money(10_000)), language=language)


def a_credit_note(language: Language = Language.FR) -> InvoiceDocument:
    """The mirror of the usual lines."""
    return document_of(whole_credit(invoice_of(lines())), language=language)
