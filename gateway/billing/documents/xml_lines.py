"""Lines of an invoice in its XML."""

from datetime import timedelta
from typing import Any

from drafthorse.models.tradelines import LineItem

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.figures import euros, percent_points, signed_quantity, unit_euros
from gateway.billing.documents.sentences import described
from gateway.billing.documents.tax import Category, category_of
from plans.invoices import Line
from plans.periods import Period

_PIECES = "C62"  # UN/ECE recommendation 20


def line_element(number: int, line: Line, document: InvoiceDocument) -> LineItem:
    """One line, numbered from 1."""
    item = LineItem()
    item.document.line_id = str(number)
    item.product.name = described(line, document.language)
    quantity, unit_price = signed_quantity(line)
    item.agreement.net.amount = unit_euros(unit_price)
    item.delivery.billed_quantity = (quantity, _PIECES)
    _write_tax(item.settlement.trade_tax, line, document)
    if line.period:
        write_period(item.settlement.period, line.period)
    item.settlement.monetary_summation.total_amount = euros(line.net)
    return item


def write_period(element: Any, period: Period) -> None:
    """A period by its first and last day: in the XML both ends are included."""
    element.start = period.start
    element.end = period.end - timedelta(days=1)


def _write_tax(element: Any, line: Line, document: InvoiceDocument) -> None:
    category = category_of(line.vat.treatment, document.invoice)
    element.type_code = "VAT"
    element.category_code = category
    if category is not Category.OUTSIDE:  # what is outside the scope has no rate, not even 0 (BR-O-5)
        element.rate_applicable_percent = percent_points(line.vat.rate)
