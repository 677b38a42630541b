"""Draws a document as PDF/A-3 for people, with its Factur-X inside for machines."""

from datetime import UTC, date, datetime, time

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.page_conditions import draw_conditions
from gateway.billing.documents.page_head import draw_head
from gateway.billing.documents.page_lines import draw_lines
from gateway.billing.documents.page_totals import draw_totals
from gateway.billing.documents.phrases import read_phrases
from gateway.billing.documents.sentences import kind_of
from gateway.billing.documents.sheet import Sheet
from gateway.billing.documents.xmp import FILE_NAME, xmp_metadata


def pdf_of(document: InvoiceDocument, xml: bytes) -> bytes:
    """The PDF of a document whose texts are tidy; the same bytes for the same document and XML."""
    sheet = _blank(document)
    draw_head(sheet, document)
    draw_lines(sheet, document)
    draw_totals(sheet, document)
    draw_conditions(sheet, document)
    _attach(sheet, document.issued_on, xml)
    return bytes(sheet.output())


def _blank(document: InvoiceDocument) -> Sheet:
    title = f"{kind_of(document)} {document.number}"
    sheet = Sheet(document.seller.legal_form or document.seller.name, title, read_phrases(document.language))
    sheet.set_title(title)
    sheet.set_author(document.seller.name)
    sheet.set_lang(document.language)
    sheet.set_creation_date(_midnight(document.issued_on))
    sheet.set_xmp_metadata(xmp_metadata(title, document.seller.name, document.language, document.issued_on))
    sheet.add_page()
    return sheet


def _attach(sheet: Sheet, issued_on: date, xml: bytes) -> None:
    sheet.embed_file(
        bytes=xml,
        basename=FILE_NAME,
        mime_type="text/xml",
        desc="Factur-X",
        creation_date=_midnight(issued_on),
        modification_date=_midnight(issued_on),
        associated_file_relationship="Alternative",  # it says the same as the page
        compress=True,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
