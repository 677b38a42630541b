"""The laws of invoices: totals add up, a credit note mirrors, and broken arithmetic is found."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plans.credit_notes import CreditTooLarge, part_credit, whole_credit
from plans.invoices import Invoice, Line, LineKind, Problem, TaxGroup, invoice_of, line, problems, sum_line
from plans.money import NOTHING, Money, Rate, total, unit_rate
from plans.vat import INDEMNITY, Treatment, Vat
from tests.terms.shop import VAT_20, euros

ISLAND = Vat(Treatment.TAXED, Fraction(85, 1000))
lines = st.builds(
    line,
    st.sampled_from(LineKind),
    st.just("SOLO"),
    st.integers(1, 10_000),
    st.integers(0, 50_000_000).map(Rate),
    st.sampled_from([VAT_20, ISLAND, INDEMNITY]),
)
some_lines = st.lists(lines, min_size=1, max_size=12)


def sale(*nets: str, vat: Vat = VAT_20) -> Invoice:
    return invoice_of([sum_line(LineKind.PACK, f"PACK-{net}", euros(net), vat) for net in nets])


@given(sold=some_lines, prepaid=st.integers(0, 10**6).map(Money))
def test_totals_add_up(sold: list[Line], prepaid: Money) -> None:
    """Net is the lines, tax is half up on each rate's total, gross is both, due is what is not paid yet."""
    invoice = invoice_of(sold, prepaid)
    assert invoice.net == total(each.net for each in sold)
    for group in invoice.tax_groups:
        assert group.base == total(each.net for each in sold if each.vat == group.vat)
        assert abs(group.amount.cents - group.base.cents * group.vat.rate) <= Fraction(1, 2)
    assert invoice.gross == invoice.net + total(group.amount for group in invoice.tax_groups)
    assert invoice.due == invoice.gross - prepaid


@given(sold=some_lines)
def test_a_sound_invoice_has_no_problem_and_neither_has_its_mirror(sold: list[Line]) -> None:
    invoice = invoice_of(sold)
    assert problems(invoice) == ()
    assert problems(whole_credit(invoice), is_credit=True) == ()


@given(sold=some_lines)
def test_a_whole_credit_undoes_its_invoice_to_the_cent(sold: list[Line]) -> None:
    invoice = invoice_of(sold, Money(5))
    credit = whole_credit(invoice)
    assert [one + other for one, other in zip(_totals(invoice), _totals(credit), strict=True)] == [NOTHING] * 5


def test_a_unit_price_below_the_cent_is_rounded_once_a_line() -> None:
    assert line(LineKind.CONSUMPTION, "FR", 3, Rate(45_000), VAT_20).net == Money(14)  # 13.5 cents


SOUND = sale("50.00", "7.99")
GROUP = SOUND.tax_groups[0]


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (invoice_of([]), (Problem.NO_LINES,)),
        (replace(SOUND, lines=(replace(SOUND.lines[0], quantity=2), SOUND.lines[1])), (Problem.LINE_NET,)),
        (replace(SOUND, tax_groups=(replace(GROUP, vat=ISLAND),)), (Problem.TAX_BASE, Problem.TAX_AMOUNT)),
        (replace(SOUND, tax_groups=(GROUP, TaxGroup(VAT_20, NOTHING, NOTHING))), (Problem.TAX_BASE,)),
        (replace(SOUND, tax_groups=(GROUP, GROUP)), (Problem.TAX_BASE, Problem.TAX)),
        (replace(SOUND, tax_groups=(replace(GROUP, amount=euros("11.61")),)), (Problem.TAX_AMOUNT, Problem.TAX)),
        (replace(SOUND, net=euros("58.00")), (Problem.NET, Problem.GROSS)),
        (replace(SOUND, tax=euros("11.59")), (Problem.TAX, Problem.GROSS)),
        (replace(SOUND, gross=euros("69.60")), (Problem.GROSS, Problem.DUE)),
        (replace(SOUND, due=euros("69.58")), (Problem.DUE,)),
        (replace(SOUND, prepaid=euros("69.60"), due=-Money(1)), (Problem.SIGN,)),
    ],
)
def test_broken_arithmetic_is_found(broken: Invoice, found: tuple[Problem, ...]) -> None:
    assert problems(broken) == found


def test_a_credit_note_gives_and_an_invoice_asks() -> None:
    assert problems(SOUND, is_credit=True) == (Problem.SIGN,)
    assert problems(whole_credit(SOUND)) == (Problem.SIGN,)


def test_the_tax_of_a_credit_note_may_be_a_cent_off_and_no_more() -> None:
    credit = whole_credit(sale("10.00"))
    (group,) = credit.tax_groups
    for cents, sound in ((1, True), (-1, True), (2, False)):
        amount = group.amount + Money(cents)
        off = replace(credit, tax_groups=(replace(group, amount=amount),), tax=amount)
        off = replace(off, gross=off.net + amount, due=off.net + amount)
        assert problems(off, is_credit=True) == (() if sound else (Problem.TAX_AMOUNT,))


def test_a_part_of_a_line_is_given_back_with_its_tax() -> None:
    credit = part_credit(sale("50.00", "7.99"), {0: euros("20.00")})
    assert [str(each) for each in _totals(credit)] == ["-20.00", "-4.00", "-24.00", "0.00", "-24.00"]
    assert credit.lines[0].label == "PACK-50.00"
    assert problems(credit, is_credit=True) == ()


@given(net=st.integers(1, 10_000), vat=st.sampled_from([VAT_20, ISLAND]), data=st.data())
def test_parts_that_give_everything_back_leave_no_cent(net: int, vat: Vat, data: st.DataObject) -> None:
    """However an invoice is cut, its credit notes together are its mirror."""
    invoice = invoice_of([sum_line(LineKind.PACK, "P", Money(net), vat)])
    left, notes = net, list[Invoice]()
    while left:
        part = data.draw(st.integers(max(1, left // 4), left))
        notes.append(part_credit(invoice, {0: Money(part)}, notes))
        left -= part
    assert total(note.gross for note in notes) == -invoice.gross
    assert all(problems(note, is_credit=True) == () for note in notes)


@given(first=st.integers(1, 1000), second=st.integers(1, 1000))
def test_no_more_is_given_back_than_was_taken(first: int, second: int) -> None:
    assume(first + second > 1000)
    invoice = sale("10.00")
    earlier = part_credit(invoice, {0: Money(first)})
    with pytest.raises(CreditTooLarge, match=r"of 10\.00 taxed alike, \d+\.\d\d were given back already"):
        part_credit(invoice, {0: Money(second)}, [earlier])


@pytest.mark.parametrize(
    ("place", "amount", "told"),
    [
        (0, "10.01", r"pack PACK-10\.00 must be above 0 and at most 10\.00"),
        (0, "0.00", "must be above 0"),
        (1, "1.00", "has no line 1"),
        (-1, "1.00", "has no line -1"),
    ],
)
def test_a_part_that_no_line_holds_is_refused(place: int, amount: str, told: str) -> None:
    with pytest.raises(CreditTooLarge, match=told):
        part_credit(sale("10.00"), {place: euros(amount)})


def test_each_rate_gets_back_its_own() -> None:
    invoice = invoice_of(
        [
            sum_line(LineKind.PACK, "A", euros("10.00"), VAT_20),
            sum_line(LineKind.PENALTY, "B", euros("40.00"), INDEMNITY),
        ]
    )
    credit = part_credit(invoice, {1: euros("40.00")}, [part_credit(invoice, {0: euros("10.00")})])
    assert (credit.net, credit.tax) == (-euros("40.00"), NOTHING)


def test_a_line_of_one_amount_is_one_unit_of_it() -> None:
    made = sum_line(LineKind.FEE, "set-up", euros("12.34"), VAT_20)
    assert (made.quantity, made.unit_price, made.net) == (1, unit_rate(euros("12.34")), euros("12.34"))


def _totals(invoice: Invoice) -> list[Money]:
    return [invoice.net, invoice.tax, invoice.gross, invoice.prepaid, invoice.due]
