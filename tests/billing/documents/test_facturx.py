"""The electronic invoice says what the figures say, in the shape that EN 16931 wants.

The judge of the shape is the factur-x package, whose schema is newer than the one that the service checks with.
"""

from dataclasses import replace
from datetime import date

import pytest
from facturx import get_level, xml_check_xsd
from hypothesis import given, settings
from lxml import etree

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.issuing import electronic
from gateway.wording import Language
from plans.credit_notes import part_credit
from plans.invoices import LineKind, invoice_of, line, sum_line
from plans.money import Money, Rate
from plans.orders import PaymentMeans
from plans.vat import INDEMNITY
from tests.billing.documents.sample import (
    ABROAD,
    BUYER,
    FULL,
    GUYANE,
    REVERSE,
    a_credit_note,
    an_invoice,
    document_of,
    lines,
)
from tests.billing.documents.sound_invoices import sound_documents

_NAMES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


def told(document: InvoiceDocument, path: str) -> list[str]:
    """The texts at a path, where every step without a prefix is of the usual namespace."""
    steps = [step if ":" in step or step in ("", ".", "*") else f"ram:{step}" for step in path.split("/")]
    read = etree.fromstring(electronic(document))
    return [each.text for each in read.iterfind("/".join(steps), _NAMES)]


def totals(document: InvoiceDocument) -> dict[str, str]:
    read = etree.fromstring(electronic(document))
    summation = read.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", _NAMES)
    return {etree.QName(each).localname: each.text for each in summation}


@settings(max_examples=100, deadline=None)
@given(sound_documents())
def test_any_sound_invoice_makes_a_valid_document(document: InvoiceDocument) -> None:
    assert xml_check_xsd(electronic(document), flavor="factur-x", level="en16931") is True


def test_the_profile_is_en_16931() -> None:
    assert get_level(etree.fromstring(electronic(an_invoice()))) == "en16931"


def test_the_totals_are_those_of_the_invoice() -> None:
    assert totals(an_invoice()) == {
        "LineTotalAmount": "214.99",
        "TaxBasisTotalAmount": "214.99",
        "TaxTotalAmount": "43.00",
        "GrandTotalAmount": "257.99",
        "TotalPrepaidAmount": "100.00",
        "DuePayableAmount": "157.99",
    }


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert electronic(an_invoice()) == electronic(an_invoice())


def test_a_credit_note_says_by_its_type_that_it_gives_back() -> None:
    """Its amounts are above zero: type 381 is the sign."""
    document = a_credit_note()
    assert told(document, "rsm:ExchangedDocument/TypeCode") == ["381"]
    assert totals(document)["DuePayableAmount"] == "257.99"


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    assert told(a_credit_note(), ".//InvoiceReferencedDocument/IssuerAssignedID") == ["F2026-000100"]


def test_a_part_of_a_line_can_be_credited() -> None:
    credit = part_credit(invoice_of(lines()), {0: Money(1000)})
    assert totals(document_of(credit))["GrandTotalAmount"] == "12.00"


def test_a_discounted_line_has_its_sign_in_the_quantity() -> None:
    """A unit price below zero is forbidden (BR-27)."""
    document = an_invoice()
    assert told(document, ".//BilledQuantity") == ["1", "-1", "1", "4200"]
    assert told(document, ".//NetPriceProductTradePrice/ChargeAmount")[1] == "4.000000"


def test_a_price_below_the_cent_is_told_exactly() -> None:
    document = document_of(invoice_of([line(LineKind.CONSUMPTION, "FR", 3, Rate(45_001), FULL)]))
    assert told(document, ".//NetPriceProductTradePrice/ChargeAmount") == ["0.045001"]


@pytest.mark.parametrize(
    ("language", "name"), [(Language.FR, "SMS envoyés, Belgique"), (Language.EN, "SMS sent, Belgium")]
)
def test_destinations_are_told_by_their_names(language: Language, name: str) -> None:
    abroad = invoice_of([line(LineKind.CONSUMPTION, "BE", 40, Rate(90_000), FULL)])
    assert told(document_of(abroad, language=language), ".//SpecifiedTradeProduct/Name") == [name]


def test_both_parties_are_named_with_all_their_numbers() -> None:
    document = an_invoice()
    assert told(document, ".//SellerTradeParty//ID") == ["123456782", "FR32123456782"]
    assert told(document, ".//BuyerTradeParty//ID") == ["987654324", "FR74987654324"]
    assert told(document, ".//BuyerTradeParty/GlobalID") == ["98765432400017"]


def test_a_period_is_told_by_its_first_and_last_day() -> None:
    days = told(an_invoice(), ".//ApplicableHeaderTradeSettlement/BillingSpecifiedPeriod/*/udt:DateTimeString")
    assert days == ["20260510", "20260609"]


def test_a_single_day_of_supply_is_told_as_such() -> None:
    document = replace(an_invoice(), supplied=date(2026, 6, 9))
    assert told(document, ".//ActualDeliverySupplyChainEvent//udt:DateTimeString") == ["20260609"]


def test_late_penalty_recovery_fee_and_discount_stand_under_their_subjects() -> None:
    """The French platforms look for PMD, PMT and AAB."""
    assert told(an_invoice(), ".//IncludedNote/SubjectCode") == ["PMD", "PMT", "AAB", "AAI"]


@pytest.mark.parametrize(("on_debits", "code"), [(True, "5"), (False, "72")])
def test_the_moment_at_which_tax_is_owed_is_told(on_debits: bool, code: str) -> None:
    document = document_of(invoice_of(lines()), vat_on_debits=on_debits)
    assert told(document, ".//DueDateTypeCode") == [code]


def test_reverse_charge_has_its_category_its_reason_and_both_vat_numbers() -> None:
    belgian = replace(BUYER, country="BE", siren=None, siret=None, vat_number="BE0123456749")
    document = document_of(invoice_of(lines(REVERSE)), language=Language.EN, buyer=belgian)
    tax = ".//ApplicableHeaderTradeSettlement/ApplicableTradeTax"
    assert told(document, f"{tax}/CategoryCode") == ["AE"]
    assert told(document, f"{tax}/ExemptionReason") == ["Reverse charge."]
    assert told(document, f"{tax}/ExemptionReasonCode") == ["VATEX-EU-AE"]
    assert told(document, ".//BuyerTradeParty/SpecifiedTaxRegistration/ID") == ["BE0123456749"]


def test_outside_the_union_there_is_neither_rate_nor_vat_number() -> None:
    """BR-O-2 and BR-O-5 forbid them beside category O."""
    swiss = replace(BUYER, country="CH", siren=None, siret=None, vat_number="CHE123456788")
    document = document_of(invoice_of(lines(ABROAD)), buyer=swiss)
    assert set(told(document, ".//CategoryCode")) == {"O"}
    assert told(document, ".//RateApplicablePercent") == []
    assert told(document, ".//SpecifiedTaxRegistration/ID") == []


def test_where_the_tax_does_not_apply_the_article_is_the_reason() -> None:
    document = document_of(invoice_of(lines(GUYANE)), buyer=replace(BUYER, country="GF"))
    assert told(document, ".//ExemptionReason") == ["TVA non applicable, article 294 du CGI."]


def test_a_penalty_bears_no_tax_beside_lines_that_do() -> None:
    """A26."""
    penalty = sum_line(LineKind.PENALTY, "F2026-000100", Money(175), INDEMNITY)
    document = document_of(invoice_of([*lines(), penalty]))
    assert told(document, ".//ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode") == ["S", "E"]
    assert totals(document)["TaxTotalAmount"] == "43.00"


def test_a_transfer_names_the_account_and_a_card_none() -> None:
    by_card = document_of(invoice_of(lines()), means=PaymentMeans.CARD)
    assert told(an_invoice(), ".//IBANID") == ["FR7630006000011234567890189"]
    assert told(by_card, ".//IBANID") == []


def test_a_paid_invoice_of_services_is_told_apart() -> None:
    """The French platforms call it S2, and one still to be paid S1."""
    paid = document_of(invoice_of(lines(), Money(25_799)), means=PaymentMeans.CARD)
    process = "rsm:ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID"
    assert (told(an_invoice(), process), told(paid, process)) == (["S1"], ["S2"])
