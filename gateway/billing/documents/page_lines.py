"""The lines of an invoice, over as many pages as they need."""

from fpdf.enums import TableBordersLayout, TextEmphasis, VAlign
from fpdf.fonts import FontFace

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.figures import money, percent, price, quantity, signed_quantity
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.billing.documents.sentences import described, period
from gateway.billing.documents.sheet import GREY, LINE, RULE, Sheet
from plans.invoices import Line

_COLUMNS = {  # with their widths
    Phrase.DESCRIPTION: 78,
    Phrase.QUANTITY: 20,
    Phrase.UNIT_PRICE: 32,
    Phrase.VAT_RATE: 14,
    Phrase.NET: 30,
}
_HEADS = FontFace(emphasis=TextEmphasis.B, color=GREY, size_pt=8.5)


def draw_lines(sheet: Sheet, document: InvoiceDocument) -> None:
    """The table of lines; its head is repeated on every page."""
    phrases = read_phrases(document.language)
    sheet.ink(9)
    sheet.set_draw_color(*RULE)
    sheet.set_line_width(0.2)
    with sheet.table(
        col_widths=tuple(_COLUMNS.values()),
        text_align=("LEFT", *("RIGHT",) * (len(_COLUMNS) - 1)),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=_HEADS,
        line_height=LINE,
        padding=(1.4, 1),
        v_align=VAlign.T,
    ) as table:
        table.row([sheet.drawable(phrases.say(phrase)) for phrase in _COLUMNS])
        for line in document.written.lines:
            table.row([sheet.drawable(each) for each in _cells(line, document)])
    sheet.ln(5)


def _cells(line: Line, document: InvoiceDocument) -> tuple[str, ...]:
    language = document.language
    count, unit_price = signed_quantity(line)
    description = described(line, language)
    if line.period:
        description = f"{description}\n{period(line.period, language)}"
    return (
        description,
        quantity(count, language),
        price(unit_price, language),
        percent(line.vat.rate, language),
        money(line.net, language),
    )
