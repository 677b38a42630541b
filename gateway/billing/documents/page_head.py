"""The head of an invoice: who sells, who buys, which document and when."""

from gateway.billing.documents.document import InvoiceDocument, Party
from gateway.billing.documents.figures import country, day
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.billing.documents.sentences import corrects, kind_of, period
from gateway.billing.documents.sheet import ACCENT, COLUMN, MARGIN, Sheet
from plans.periods import Period

_GAP = 8.0  # between blocks


def draw_head(sheet: Sheet, document: InvoiceDocument) -> None:
    """The seller beside the title, then the dates beside the buyer; each row as high as its higher half."""
    top = sheet.get_y()
    _draw_seller(sheet, document)
    below_seller = sheet.get_y()
    _draw_title(sheet, document, top)
    middle = max(below_seller, sheet.get_y()) + _GAP
    _draw_dates(sheet, document, middle)
    below_dates = sheet.get_y()
    _draw_buyer(sheet, document, middle)
    sheet.set_xy(MARGIN, max(below_dates, sheet.get_y()) + _GAP)


def _draw_seller(sheet: Sheet, document: InvoiceDocument) -> None:
    sheet.ink(13, bold=True, colour=ACCENT)
    sheet.put(document.seller.name, COLUMN, 6)
    _draw_party(sheet, document.seller, document)


def _draw_title(sheet: Sheet, document: InvoiceDocument, top: float) -> None:
    phrases = read_phrases(document.language)
    sheet.set_xy(sheet.right_column, top)
    sheet.ink(24, bold=True)
    sheet.put(kind_of(document), COLUMN, 10)
    sheet.ink(11)
    sheet.put(phrases.say(Phrase.NUMBERED, number=document.number), COLUMN)
    if document.corrects:
        sheet.put(corrects(document.corrects, document.language), COLUMN)


def _draw_buyer(sheet: Sheet, document: InvoiceDocument, top: float) -> None:
    sheet.set_xy(sheet.right_column, top)
    sheet.heading(read_phrases(document.language).say(Phrase.BILLED_TO), COLUMN)
    sheet.ink(10.5, bold=True)
    sheet.put(document.buyer.name, COLUMN)
    _draw_party(sheet, document.buyer, document)


def _draw_party(sheet: Sheet, party: Party, document: InvoiceDocument) -> None:
    phrases = read_phrases(document.language)
    numbers = (
        (Phrase.SIREN, party.siren),
        (Phrase.SIRET, party.siret),
        (Phrase.VAT_NUMBER, party.vat_number),
    )
    sheet.ink(9)
    for text in (*party.address, f"{party.postcode} {party.city}", country(party.country, document.language)):
        sheet.put(text, COLUMN)
    for phrase, number in numbers:
        if number:
            sheet.put(phrases.say(phrase, number=number), COLUMN)


def _draw_dates(sheet: Sheet, document: InvoiceDocument, top: float) -> None:
    phrases = read_phrases(document.language)
    sheet.set_xy(MARGIN, top)
    sheet.fact(phrases.say(Phrase.ISSUED_ON), day(document.issued_on, document.language))
    if isinstance(document.supplied, Period):
        sheet.fact(phrases.say(Phrase.SUPPLIED_DURING), period(document.supplied, document.language))
    else:
        sheet.fact(phrases.say(Phrase.SUPPLIED_ON), day(document.supplied, document.language))
    if document.due_on:
        sheet.fact(phrases.say(Phrase.DUE_ON), day(document.due_on, document.language))
