"""Writes a document as Factur-X: the XML of EN 16931 in the syntax of UN/CEFACT, profile EN 16931."""

from typing import Any

from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.billing.documents.xml_lines import line_element, write_period
from gateway.billing.documents.xml_parties import write_parties
from gateway.billing.documents.xml_settlement import write_settlement
from plans.money import NOTHING
from plans.periods import Period

PROFILE = "urn:cen.eu:en16931:2017"
_INVOICE, _CREDIT_NOTE = "380", "381"  # UNTDID 1001
_SERVICES, _SERVICES_PAID = "S1", "S2"  # what the French platforms call an invoice of services (BT-23)


def facturx_xml(document: InvoiceDocument) -> bytes:
    """The XML of a document whose texts are tidy; the same bytes for the same document."""
    xml = Document()
    _write_head(xml, document)
    write_parties(xml.trade.agreement, document)
    for number, line in enumerate(document.written.lines, start=1):
        xml.trade.items.add(line_element(number, line, document))
    _write_supply(xml.trade, document)
    write_settlement(xml.trade.settlement, document)
    serialized: bytes = xml.serialize(schema=None)  # the schema is checked with everything else
    return serialized


def _write_head(xml: Any, document: InvoiceDocument) -> None:
    paid = document.written.due == NOTHING and not document.is_credit
    xml.context.business_parameter.id = _SERVICES_PAID if paid else _SERVICES
    xml.context.guideline_parameter.id = PROFILE
    xml.header.id = document.number
    xml.header.type_code = _CREDIT_NOTE if document.is_credit else _INVOICE
    xml.header.issue_date_time = document.issued_on
    for subject, sentence in _notes(document):
        note = IncludedNote()
        note.content, note.subject_code = sentence, subject
        xml.header.notes.add(note)


def _notes(document: InvoiceDocument) -> list[tuple[str, str]]:
    """The sentences that the law demands, under the subjects that the French platforms expect (UNTDID 4451)."""
    mentions = document.mentions
    notes = [
        ("PMD", mentions.late_penalty),
        ("PMT", mentions.recovery_fee),
        ("AAB", mentions.no_discount),
        ("AAI", mentions.category),
    ]
    if document.vat_on_debits:
        notes.append(("AAI", read_phrases(document.language).say(Phrase.ON_DEBITS)))
    return notes


def _write_supply(trade: Any, document: InvoiceDocument) -> None:
    if isinstance(document.supplied, Period):
        write_period(trade.settlement.period, document.supplied)
    else:
        trade.delivery.event.occurrence = document.supplied
