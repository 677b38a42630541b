"""Amounts, days and plans as people type them, and invoices as people and programs read them."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from gateway.accounts.refusals import Refused
from gateway.billing.issued import Issued
from plans.checked import RuleError, Section
from plans.invoices import Invoice, Line
from plans.money import Money, Rate, money_in, rate_in

T = TypeVar("T")


def amount(text: str) -> Money:
    """Euros and cents, such as 7.99; whole euros need no cents."""
    return _read(f"{text}.00" if text.isascii() and text.isdigit() else text, money_in, "7.99")


def rate(text: str) -> Rate:
    """The price of a unit in euros, such as 0.045."""
    return _read(text, rate_in, "0.045")


def day(text: str) -> date:
    """A calendar day, such as 2027-03-14."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no day.", "Write it like 2027-03-14.") from None


def issued_words(issued: Issued) -> dict[str, Any]:
    """A document with its number and what is asked for."""
    return {
        "invoice_id": issued.invoice_id,
        "number": issued.name,
        "kind": issued.kind,
        "state": issued.state,
        "issued_on": issued.issued_on,
        "due_on": issued.due_on,
        **invoice_words(issued.document),
    }


def invoice_words(invoice: Invoice) -> dict[str, Any]:
    """The lines and totals of an invoice, in euros."""
    return {
        "lines": lines_words(invoice.lines),
        "net": str(invoice.net),
        "vat": str(invoice.tax),
        "total": str(invoice.gross),
        "prepaid": str(invoice.prepaid),
        "due": str(invoice.due),
    }


def lines_words(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines of an invoice: what, of which time, and how much before tax."""
    return [
        {
            "kind": each.kind,
            "label": each.label,
            "since": each.period.start if each.period else None,
            "until": each.period.end if each.period else None,
            "quantity": each.quantity,
            "net": str(each.net),
            "vat_percent": f"{float(each.vat.rate * 100):g}",
        }
        for each in lines
    ]


def _read(text: str, read: Callable[[Section, str], T], example: str) -> T:
    try:
        return read(Section({"amount": text}), "amount")
    except RuleError:
        raise Refused(f"{text!r} is no amount in euros.", f"Write it like {example}.") from None
