"""The printed invoice: PDF/A-3B that says in words what the electronic one inside it says."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from facturx import get_facturx_xml_from_pdf
from hypothesis import given, settings
from lxml import etree
from pypdf import PdfReader

from gateway.billing.documents.document import InvoiceDocument, Party
from gateway.billing.documents.figures import money
from gateway.billing.documents.issuing import electronic, printable
from gateway.wording import Language
from plans.invoices import LineKind, invoice_of, line, sum_line
from plans.legal import mentions_of
from plans.money import Money, Rate
from plans.orders import PaymentMeans
from plans.vat import Treatment
from tests.billing.documents.sample import (
    BUYER,
    DAY,
    FULL,
    LEGAL,
    REVERSE,
    a_credit_note,
    an_invoice,
    document_of,
    lines,
)
from tests.billing.documents.sound_invoices import sound_documents

_XMP = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}


def opened(document: InvoiceDocument) -> PdfReader:
    return PdfReader(BytesIO(printable(document)), strict=True)


def catalog_of(document: InvoiceDocument) -> Any:
    """The root of the file's own structure."""
    return opened(document).root_object


def metadata_of(document: InvoiceDocument) -> Any:
    return etree.fromstring(catalog_of(document)["/Metadata"].get_data())


def text_of(document: InvoiceDocument) -> str:
    """All the words of all pages, with every kind of space as one space."""
    return " ".join(" ".join(page.extract_text() for page in opened(document).pages).split())


def spaced(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=10, deadline=None)
@given(sound_documents())
def test_any_sound_invoice_can_be_printed_with_its_figures(document: InvoiceDocument) -> None:
    text = text_of(document)
    written = document.written
    figures = (written.net, written.gross, written.due, *(each.net for each in written.lines))
    assert [each for each in figures if spaced(money(each, document.language)) not in text] == []


def test_the_xml_inside_is_the_electronic_invoice() -> None:
    document = an_invoice()
    name, xml = get_facturx_xml_from_pdf(printable(document))
    assert (name, xml) == ("factur-x.xml", electronic(document))


def test_the_attachment_is_another_form_of_the_same_invoice() -> None:
    attached = catalog_of(an_invoice())["/AF"][0].get_object()
    assert (attached["/AFRelationship"], attached["/UF"]) == ("/Alternative", "factur-x.xml")


def test_the_metadata_say_pdf_a_3b_and_factur_x() -> None:
    metadata = metadata_of(an_invoice())
    paths = ("pdfaid:part", "pdfaid:conformance", "fx:DocumentFileName", "fx:ConformanceLevel", "fx:Version")
    told = [metadata.findtext(f".//{path}", None, _XMP) for path in paths]
    assert told == ["3", "B", "factur-x.xml", "EN 16931", "1.0"]


def test_the_metadata_describe_every_property_of_factur_x() -> None:
    """PDF/A refuses a property that the file does not describe."""
    metadata = metadata_of(an_invoice())
    used = {etree.QName(each).localname for each in metadata.iterfind(".//fx:*", _XMP)}
    described = {each.text for each in metadata.iterfind(".//pdfaProperty:name", _XMP)}
    assert used == described


def test_every_font_is_embedded_and_colours_have_a_profile() -> None:
    catalog = catalog_of(an_invoice())
    page = catalog["/Pages"]["/Kids"][0].get_object()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert ["/FontFile2" in each for each in descriptors] == [True, True]
    assert catalog["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"


def test_the_same_invoice_gives_the_same_bytes_whenever_it_is_printed() -> None:
    document = an_invoice()
    assert printable(document) == printable(document)


def test_the_only_date_in_the_file_is_the_day_of_issue() -> None:
    document = an_invoice()
    assert set(re.findall(rb"D:(\d+)", printable(document))) == {b"20260610000000"}
    assert [each.text for each in metadata_of(document).iterfind(".//xmp:*", _XMP)] == ["2026-06-10T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.FR, ["Facture", "Total HT 214,99 €", "TVA 20 % sur 214,99 € 43,00 €", "Net à payer 157,99 €"]),
        (Language.EN, ["Invoice", "Total excl. VAT €214.99", "VAT at 20% on €214.99 €43.00", "To pay €157.99"]),
    ],
)
def test_an_invoice_reads_in_both_languages(language: Language, words: list[str]) -> None:
    text = text_of(an_invoice(language))
    assert [each for each in words if each not in text] == []


@pytest.mark.parametrize("language", Language)
def test_every_mandatory_mention_is_printed(language: Language) -> None:
    document = document_of(invoice_of(lines(REVERSE)), language=language, vat_on_debits=True)
    demanded = mentions_of(frozenset({Treatment.REVERSE_CHARGE}), DAY, LEGAL)
    sentences = [each.fr if language is Language.FR else each.en for each in demanded]
    text = text_of(document)
    assert [each for each in sentences if each not in text] == []


def test_the_numbers_of_both_parties_and_the_dates_are_printed() -> None:
    text = text_of(an_invoice())
    numbers = ["F2026-000123", "123456782", "987654324", "FR32123456782", "FR74987654324", "RCS Paris 123 456 782"]
    dates = ["10 juin 2026", "10 juillet 2026", "du 10 mai 2026 au 9 juin 2026"]
    assert [each for each in (*numbers, *dates) if each not in text] == []


def test_a_rate_an_account_and_a_reference_are_printed() -> None:
    text = text_of(an_invoice())
    words = ["7,86 % par an", "FR76 3000 6000 0112 3456 7890 189", "Référence à rappeler F2026-000123"]
    assert [each for each in words if each not in text] == []


def test_what_is_paid_by_card_shows_no_account_and_a_single_day_is_shown_as_one() -> None:
    by_card = document_of(invoice_of(lines()), means=PaymentMeans.CARD)
    text = text_of(replace(by_card, supplied=DAY, payment_reference=""))
    assert [word for word in ("IBAN", "Référence à rappeler", "Période") if word in text] == []
    assert [word for word in ("Carte bancaire", "Date de la prestation 10 juin 2026") if word not in text] == []


def test_the_option_for_debits_is_printed_where_it_was_taken() -> None:
    text = text_of(document_of(invoice_of(lines()), vat_on_debits=True))
    assert "TVA acquittée d'après les débits." in text


def test_a_credit_note_names_its_invoice_and_asks_for_nothing() -> None:
    text = text_of(a_credit_note())
    words = ["Avoir sur la facture F2026-000100 du 2 mai 2026", "Net à votre crédit 257,99 €"]
    assert [each for each in words if each not in text] == []
    assert "IBAN" not in text


def test_a_long_invoice_repeats_its_head_and_numbers_its_pages() -> None:
    many = invoice_of([line(LineKind.CONSUMPTION, f"pays {n}", n, Rate(45_000), FULL) for n in range(1, 101)])
    pages = [page.extract_text() for page in opened(document_of(many)).pages]
    assert [each for each in pages[:-1] if "Désignation" not in each] == []
    assert f"Page {len(pages)} sur {len(pages)}" in pages[-1]
    assert len(pages) > 2


def test_hostile_texts_are_bounded_and_cannot_shape_the_page() -> None:
    hostile = "\u202e\x00\x1b[31m" + "Ж" * 1_000_000
    buyer = Party(hostile, (hostile,) * 50, hostile, hostile, hostile, vat_number=hostile)
    invoice = invoice_of([sum_line(LineKind.FEE, hostile, Money(100), FULL)])
    reader = opened(replace(document_of(invoice, buyer=buyer), payment_reference=hostile))
    assert len(reader.pages) <= 2


def test_a_name_in_another_script_prints_as_question_marks_and_stays_whole_in_the_xml() -> None:
    """The fonts hold Latin, Greek and Cyrillic letters; PDF/A forbids missing glyphs."""
    document = replace(an_invoice(), buyer=replace(BUYER, name="עיריית Lyon"))
    assert "?????? Lyon" in text_of(document)
    assert "עיריית Lyon".encode() in electronic(document)


def test_what_a_client_writes_is_never_taken_for_the_number_of_pages() -> None:
    document = replace(an_invoice(), buyer=replace(BUYER, name="Cabinet {nb}"))
    assert "Cabinet {nb}" in text_of(document)
