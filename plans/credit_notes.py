"""Credit notes: an invoice is never edited; what was wrong in it is given back by a second document."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from plans.invoices import Invoice, Line, TaxGroup, bases, sum_line, with_groups
from plans.money import NOTHING, Money, Rate, total
from plans.vat import Vat


class CreditTooLarge(ValueError):
    """More was to be given back than the invoice took; the text names the line."""


def whole_credit(invoice: Invoice) -> Invoice:
    """The mirror of an invoice that has no other credit note."""
    groups = tuple(replace(each, base=-each.base, amount=-each.amount) for each in invoice.tax_groups)
    return with_groups([_negative(each) for each in invoice.lines], groups, -invoice.prepaid)


def part_credit(invoice: Invoice, parts: Mapping[int, Money], earlier: Iterable[Invoice] = ()) -> Invoice:
    """Give back parts of lines: an amount before tax, above zero, by the line's place in the invoice (from 0).

    ``earlier`` are the part credits that the invoice has already. The tax is what all of them together owe less what
    the earlier ones gave, so the last one leaves no cent behind. ``CreditTooLarge`` where a treatment would get back
    more than it paid, a line more than it is worth, or there is no such line.
    """
    lines = [_part(invoice, place, amount) for place, amount in parts.items()]
    before = tuple(earlier)
    given = {vat: _given(vat, before) for vat in bases(lines)}
    groups = tuple(_group(vat, base, given[vat], invoice) for vat, base in bases(lines).items())
    return with_groups(lines, groups, NOTHING)


def _negative(line: Line) -> Line:
    return replace(line, unit_price=Rate(-line.unit_price.micros), net=-line.net)


def _part(invoice: Invoice, place: int, amount: Money) -> Line:
    if not 0 <= place < len(invoice.lines):
        raise CreditTooLarge(f"the invoice has no line {place}; they count from 0")
    line = invoice.lines[place]
    if not NOTHING < amount <= line.net:
        raise CreditTooLarge(f"a part of {line.kind} {line.label} must be above 0 and at most {line.net}")
    return sum_line(line.kind, line.label, -amount, line.vat, period=line.period)


def _given(vat: Vat, earlier: Iterable[Invoice]) -> TaxGroup:
    groups = [group for note in earlier for group in note.tax_groups if group.vat == vat]
    return TaxGroup(vat, total(each.base for each in groups), total(each.amount for each in groups))


def _group(vat: Vat, base: Money, given: TaxGroup, invoice: Invoice) -> TaxGroup:
    taken = bases(invoice.lines)[vat]
    if given.base + base + taken < NOTHING:
        raise CreditTooLarge(f"of {taken} taxed alike, {-given.base} were given back already")
    return TaxGroup(vat, base, vat.on(given.base + base) - given.amount)
