"""A document that is not sound is refused, and says everything that is wrong with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.billing.documents.checks import DocumentRefused, Fault, check_document, check_xml
from gateway.billing.documents.document import Corrected, InvoiceDocument
from gateway.billing.documents.facturx import facturx_xml
from gateway.billing.documents.issuing import electronic, printable
from plans.invoices import Invoice, Problem, invoice_of
from plans.money import NOTHING, Money
from tests.billing.documents.sample import BUYER, DAY, REVERSE, SELLER, a_credit_note, an_invoice, document_of, lines

_CENT = Money(1)


def faults_of(document: InvoiceDocument) -> frozenset[Problem | Fault]:
    with pytest.raises(DocumentRefused) as refused:
        check_document(document)
    return refused.value.faults


def test_sound_documents_pass() -> None:
    check_document(an_invoice())
    check_document(a_credit_note())


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda sound: replace(sound, net=sound.net + _CENT), Problem.NET),
        (lambda sound: replace(sound, tax=sound.tax + _CENT), Problem.TAX),
        (lambda sound: replace(sound, gross=sound.gross + _CENT), Problem.GROSS),
        (lambda sound: replace(sound, due=sound.due + _CENT), Problem.DUE),
        (lambda sound: replace(sound, lines=sound.lines[1:]), Problem.TAX_BASE),
    ],
)
def test_a_wrong_total_is_refused(spoil: Callable[[Invoice], Invoice], problem: Problem) -> None:
    sound = an_invoice()
    assert problem in faults_of(replace(sound, invoice=spoil(sound.invoice)))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (replace(an_invoice(), number=""), Fault.NUMBER),
        (replace(an_invoice(), number="F 2026\n1"), Fault.NUMBER),
        (replace(an_invoice(), number="1" * 36), Fault.NUMBER),
        (replace(an_invoice(), seller=replace(SELLER, siren=None)), Fault.SELLER),
        (replace(an_invoice(), seller=replace(SELLER, vat_number=None)), Fault.SELLER),
        (replace(an_invoice(), buyer=replace(BUYER, name="")), Fault.BUYER),
        (
            document_of(invoice_of(lines(REVERSE)), buyer=replace(BUYER, vat_number=None)),
            Fault.BUYER_VAT_NUMBER,
        ),
        (replace(a_credit_note(), corrects=None), Fault.CORRECTED),
        (replace(an_invoice(), corrects=Corrected("F2026-000001", DAY)), Fault.CORRECTED),
        (replace(an_invoice(), due_on=None), Fault.DUE_ON),
        (replace(an_invoice(), due_on=DAY - timedelta(days=1)), Fault.DUE_ON),
        (replace(an_invoice(), account=None), Fault.ACCOUNT),
        (document_of(invoice_of(lines() * 251)), Fault.TOO_MANY_LINES),
    ],
)
def test_a_document_that_lacks_something_is_refused(document: InvoiceDocument, fault: Fault) -> None:
    assert faults_of(document) == {fault}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    document = replace(an_invoice(), number="", account=None)
    assert faults_of(document) == {Fault.NUMBER, Fault.ACCOUNT}


def test_a_buyer_whose_name_is_invisible_has_none() -> None:
    with pytest.raises(DocumentRefused, match="buyer"):
        electronic(replace(an_invoice(), buyer=replace(BUYER, name="\u202e\x00 ")))


def test_nothing_is_printed_of_an_unsound_document() -> None:
    with pytest.raises(DocumentRefused):
        printable(replace(an_invoice(), account=None))


@pytest.mark.parametrize(
    ("element", "amount"),
    [
        ("GrandTotalAmount", "257.99"),
        ("DuePayableAmount", "157.99"),
        ("TotalPrepaidAmount", "100.00"),
        ("CalculatedAmount", "43.00"),
        ("LineTotalAmount", "189.00"),
        ("ChargeAmount", "0.045000"),
    ],
)
def test_an_xml_with_a_wrong_amount_is_refused_though_its_shape_is_right(element: str, amount: str) -> None:
    """A schema lets a wrong total pass; our own reading does not."""
    document = an_invoice()
    sound = f"<ram:{element}>{amount}</ram:{element}>".encode()
    wrong = facturx_xml(document).replace(sound, sound.replace(amount.encode(), b"1.00"))
    with pytest.raises(DocumentRefused, match="figures"):
        check_xml(wrong, document)


def test_an_xml_of_the_wrong_shape_is_refused() -> None:
    document = an_invoice()
    xml = facturx_xml(document)
    start, end = xml.index(b"<ram:TypeCode>380"), xml.index(b"<ram:IssueDateTime>")
    with pytest.raises(DocumentRefused, match="schema"):
        check_xml(xml[:start] + xml[end:], document)


def test_an_invoice_of_nothing_is_refused() -> None:
    assert faults_of(document_of(invoice_of([], NOTHING))) == {Problem.NO_LINES}
