"""The picture of one invoice or credit note, frozen at issue: all that its XML and its PDF are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.wording import Language
from plans.credit_notes import whole_credit
from plans.invoices import Invoice
from plans.orders import PaymentMeans
from plans.periods import Period
from plans.vat import Treatment


class DocumentKind(StrEnum):
    """What is issued."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer as they stood on the day of issue."""

    name: str
    address: tuple[str, ...]  # street and complements, at most three lines
    postcode: str
    city: str
    country: str  # ISO 3166 of a country or overseas territory
    siren: str | None = None
    siret: str | None = None
    vat_number: str | None = None
    legal_form: str | None = None  # form, capital and register, as a company must state them


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a transfer goes."""

    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """The invoice that a credit note corrects."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Mentions:
    """The sentences that the law demands, in the language of the document; made by ``mentions_on``."""

    category: str
    late_penalty: str
    recovery_fee: str
    no_discount: str
    explanations: Mapping[Treatment, str]  # why an amount bears no tax


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """One document. The figures are those of ``plans``: below zero in a credit note."""

    kind: DocumentKind
    number: str
    issued_on: date
    supplied: date | Period
    seller: Party
    buyer: Party
    language: Language
    invoice: Invoice
    mentions: Mentions
    means: PaymentMeans
    payment_reference: str
    due_on: date | None = None  # a credit note has none
    account: BankAccount | None = None
    corrects: Corrected | None = None
    vat_on_debits: bool = False  # the seller chose to owe the tax when invoicing, not when paid

    @property
    def is_credit(self) -> bool:
        """Whether this gives back rather than asks."""
        return self.kind is DocumentKind.CREDIT_NOTE

    @property
    def written(self) -> Invoice:
        """The figures as they are written: the type of a credit note says that it gives back, so they are mirrored."""
        return whole_credit(self.invoice) if self.is_credit else self.invoice
