"""What an invoice comes to, and beside it how to pay that."""

from fpdf.enums import XPos, YPos

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.figures import money, percent
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.billing.documents.sheet import ACCENT, COLUMN, LINE, MARGIN, WHITE, Sheet
from gateway.billing.documents.tax import Breakdown, Category, breakdowns
from plans.money import NOTHING
from plans.orders import PaymentMeans

_AMOUNT = 32.0
_ROW = 6.2
_LAST_ROW = 8.4
_PAYMENT_ROWS = 6  # the heading and its facts, one of them over two rows


def draw_totals(sheet: Sheet, document: InvoiceDocument) -> None:
    """Totals on the right and payment on the left, never parted by a page."""
    rows = _totals(document)
    sheet.keep_together(max(_ROW * len(rows) + _LAST_ROW, LINE * _PAYMENT_ROWS))
    top = sheet.get_y()
    _draw_rows(sheet, rows)
    _draw_due(sheet, document)
    below_totals = sheet.get_y()
    sheet.set_xy(MARGIN, top)
    _draw_payment(sheet, document)
    sheet.set_xy(MARGIN, max(below_totals, sheet.get_y()) + LINE)


def _totals(document: InvoiceDocument) -> list[tuple[str, str]]:
    phrases, written, language = read_phrases(document.language), document.written, document.language
    rows = [(phrases.say(Phrase.TOTAL_NET), money(written.net, language))]
    taxes = breakdowns(written, document.mentions.explanations)
    rows += [(_tax_words(each, document), money(each.amount, language)) for each in taxes]
    rows += [(phrases.say(Phrase.TOTAL_GROSS), money(written.gross, language))]
    if written.prepaid != NOTHING:
        rows += [(phrases.say(Phrase.PREPAID), money(-written.prepaid, language))]
    return rows


def _tax_words(tax: Breakdown, document: InvoiceDocument) -> str:
    phrases, base = read_phrases(document.language), money(tax.base, document.language)
    if tax.category is not Category.STANDARD:
        return phrases.say(Phrase.NO_TAX, base=base)
    return phrases.say(Phrase.TAX, rate=percent(tax.rate, document.language), base=base)


def _draw_rows(sheet: Sheet, rows: list[tuple[str, str]]) -> None:
    sheet.ink(9.5)
    for name, amount in rows:
        _draw_row(sheet, name, amount, _ROW)


def _draw_due(sheet: Sheet, document: InvoiceDocument) -> None:
    name = read_phrases(document.language).say(Phrase.TO_CREDIT if document.is_credit else Phrase.TO_PAY)
    sheet.set_fill_color(*ACCENT)
    sheet.ink(11, bold=True, colour=WHITE)
    _draw_row(sheet, name, money(document.written.due, document.language), _LAST_ROW, filled=True)


def _draw_row(sheet: Sheet, name: str, amount: str, height: float, *, filled: bool = False) -> None:
    sheet.set_x(sheet.right_column)
    sheet.cell(COLUMN - _AMOUNT, height, sheet.drawable(name), fill=filled)
    sheet.cell(_AMOUNT, height, sheet.drawable(amount), align="R", fill=filled, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _draw_payment(sheet: Sheet, document: InvoiceDocument) -> None:
    """Means, account and reference; nothing on a credit note, which asks for nothing."""
    if document.is_credit:
        return
    sheet.heading(read_phrases(document.language).say(Phrase.PAYMENT), COLUMN)
    for name, value in _payment_facts(document):
        sheet.fact(name, value)


def _payment_facts(document: InvoiceDocument) -> list[tuple[str, str]]:
    phrases = read_phrases(document.language)
    facts = [(phrases.say(Phrase.MEANS), phrases.means(document.means))]
    if document.account and document.means is PaymentMeans.TRANSFER:
        facts.append((phrases.say(Phrase.IBAN), _in_fours(document.account.iban)))
        if document.account.bic:
            facts.append((phrases.say(Phrase.BIC), document.account.bic))
    if document.payment_reference:
        facts.append((phrases.say(Phrase.REFERENCE), document.payment_reference))
    return facts


def _in_fours(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
