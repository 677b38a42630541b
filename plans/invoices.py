"""Invoices and credit notes: lines, tax per rate on the total, and the arithmetic that every one must satisfy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from plans.money import NOTHING, Money, Rate, total, unit_rate
from plans.periods import Period
from plans.vat import Vat


class LineKind(StrEnum):
    """What a line is for; the words stand in the configuration."""

    SUBSCRIPTION = "subscription"
    PRO_RATA_OLD = "pro_rata_old"  # what the left formula would have cost; below zero
    PRO_RATA_NEW = "pro_rata_new"
    UNUSED = "unused"  # days of a month that a year replaces; below zero
    PACK = "pack"
    PACK_REVISION = "pack_revision"
    CONSUMPTION = "consumption"
    INCIDENT = "incident"  # postpaid units that an incident wasted; below zero
    FEE = "fee"
    PENALTY = "penalty"
    RECOVERY_FEE = "recovery_fee"


class Problem(StrEnum):
    """Which rule of arithmetic an invoice breaks."""

    NO_LINES = "no_lines"
    LINE_NET = "line_net"  # a line is not quantity times unit price
    TAX_BASE = "tax_base"  # a base is not the sum of its lines, or a group is missing or double
    TAX_AMOUNT = "tax_amount"
    NET = "net"
    TAX = "tax"
    GROSS = "gross"
    DUE = "due"
    SIGN = "sign"  # an invoice asks for less than nothing, or a credit note for more


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is sold, before tax."""

    kind: LineKind
    label: str  # which tier, pack or destination
    quantity: int
    unit_price: Rate
    net: Money
    vat: Vat
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The lines of one treatment and rate, taxed together."""

    vat: Vat
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """Lines with their totals; a credit note has them below zero."""

    lines: tuple[Line, ...]
    tax_groups: tuple[TaxGroup, ...]
    net: Money
    tax: Money
    gross: Money
    prepaid: Money  # already paid, such as a provision; taken off after tax
    due: Money


def line(
    kind: LineKind, label: str, quantity: int, unit_price: Rate, vat: Vat, *, period: Period | None = None
) -> Line:
    """A line of ``quantity`` at an exact unit price, rounded once."""
    return Line(kind, label, quantity, unit_price, unit_price.of(quantity), vat, period)


def sum_line(kind: LineKind, label: str, net: Money, vat: Vat, *, period: Period | None = None) -> Line:
    """A line of one amount."""
    return line(kind, label, 1, unit_rate(net), vat, period=period)


def invoice_of(lines: Sequence[Line], prepaid: Money = NOTHING) -> Invoice:
    """Add lines up to an invoice: tax per treatment and rate, half up, on the total (never line by line)."""
    groups = tuple(TaxGroup(vat, base, vat.on(base)) for vat, base in bases(lines).items())
    return with_groups(lines, groups, prepaid)


def with_groups(lines: Sequence[Line], groups: tuple[TaxGroup, ...], prepaid: Money) -> Invoice:
    """An invoice whose tax is settled already."""
    net, tax = total(each.net for each in lines), total(each.amount for each in groups)
    return Invoice(tuple(lines), groups, net, tax, net + tax, prepaid, net + tax - prepaid)


def bases(lines: Iterable[Line]) -> dict[Vat, Money]:
    """The sum of the lines of each treatment and rate, in the order of first appearance."""
    sums: dict[Vat, Money] = {}
    for each in lines:
        sums[each.vat] = sums.get(each.vat, NOTHING) + each.net
    return sums


def problems(invoice: Invoice, *, is_credit: bool = False) -> tuple[Problem, ...]:
    """Every rule of arithmetic that an invoice or credit note breaks; empty for a sound one.

    Schemas of electronic invoices check shapes, and some let a wrong total pass. The tax of a credit note may be a
    cent off its own base: several partial ones together give back exactly what the invoice took.
    """
    slack = 1 if is_credit else 0
    checks = {
        Problem.NO_LINES: bool(invoice.lines),
        Problem.LINE_NET: all(each.net == each.unit_price.of(each.quantity) for each in invoice.lines),
        Problem.TAX_BASE: _grouped_once(invoice),
        Problem.TAX_AMOUNT: all(abs((g.amount - g.vat.on(g.base)).cents) <= slack for g in invoice.tax_groups),
        Problem.NET: invoice.net == total(each.net for each in invoice.lines),
        Problem.TAX: invoice.tax == total(each.amount for each in invoice.tax_groups),
        Problem.GROSS: invoice.gross == invoice.net + invoice.tax,
        Problem.DUE: invoice.due == invoice.gross - invoice.prepaid,
        Problem.SIGN: invoice.due <= NOTHING if is_credit else invoice.due >= NOTHING,
    }
    return tuple(problem for problem, holds in checks.items() if not holds)


def _grouped_once(invoice: Invoice) -> bool:
    grouped = {each.vat: each.base for each in invoice.tax_groups}
    return grouped == bases(invoice.lines) and len(grouped) == len(invoice.tax_groups)
