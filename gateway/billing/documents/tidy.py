"""Texts that strangers wrote, made fit to stand in a document: one line, bounded, nothing invisible."""

from dataclasses import replace
from unicodedata import category, normalize

from gateway.billing.documents.document import InvoiceDocument, Party
from plans.invoices import Invoice

_NAME = 120  # characters
_ADDRESS_LINES = 3
_ADDRESS_LINE = 80
_CITY = 80
_CODE = 40  # postcodes, numbers of registers
_LABEL = 120
_REFERENCE = 70


def tidied(document: InvoiceDocument) -> InvoiceDocument:
    """The same document with every text from a client or a catalogue tidied."""
    return replace(
        document,
        seller=_party(document.seller),
        buyer=_party(document.buyer),
        invoice=_labelled(document.invoice),
        payment_reference=tidy(document.payment_reference, _REFERENCE),
    )


def tidy(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, cut with an ellipsis.

    Control and format characters go: XML cannot hold the first, and the second can turn a line around.
    """
    visible = "".join(" " if category(each)[0] in "CZ" else each for each in text[: 4 * limit])
    line = normalize("NFC", " ".join(visible.split()))
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _party(party: Party) -> Party:
    return replace(
        party,
        name=tidy(party.name, _NAME),
        address=tuple(tidy(each, _ADDRESS_LINE) for each in party.address[:_ADDRESS_LINES]),
        postcode=tidy(party.postcode, _CODE),
        city=tidy(party.city, _CITY),
        country=tidy(party.country, _CODE),
        siren=_code(party.siren),
        siret=_code(party.siret),
        vat_number=_code(party.vat_number),
        legal_form=tidy(party.legal_form, _NAME) if party.legal_form else None,
    )


def _code(number: str | None) -> str | None:
    return tidy(number, _CODE) or None if number else None


def _labelled(invoice: Invoice) -> Invoice:
    return replace(invoice, lines=tuple(replace(each, label=tidy(each.label, _LABEL)) for each in invoice.lines))
