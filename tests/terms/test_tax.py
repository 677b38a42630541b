"""The terms and the law on tax (article 4), on the tables that ship."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import read_config
from plans.catalogue import catalogue_from
from plans.checked import RuleError
from plans.dated import NotInForce
from plans.invoices import LineKind, invoice_of, line
from plans.legal import legal_from, mentions_of
from plans.money import Money, unit_rate
from plans.vat import Buyer, Treatment, Vat, net_inside, vat_of
from tests.terms.shop import LEGAL, VAT_20, day, euros


def sold(times: int, price: str) -> tuple[Money, Money, Money]:
    """Net, tax and gross of an invoice of as many lines."""
    made = invoice_of([line(LineKind.SUBSCRIPTION, "SOLO", 1, unit_rate(euros(price)), VAT_20)] * times)
    return made.net, made.tax, made.gross


def test_tax_is_computed_on_the_total_of_an_invoice() -> None:
    """A1: 3 x SOLO is 23.97, its tax 4.79; line by line it would be 3 x 1.60 = 4.80."""
    assert sold(3, "7.99") == (euros("23.97"), euros("4.79"), euros("28.76"))
    assert VAT_20.on(euros("7.99")) == euros("1.60")


def test_a_price_with_tax_holds_its_net() -> None:
    """A1, article 4: a pack of 60.00 with tax is 50.00 and 10.00."""
    assert net_inside(euros("60.00"), VAT_20.rate) == euros("50.00")
    assert VAT_20.on(euros("50.00")) == euros("10.00")


@pytest.mark.parametrize("price", ["10.05", "10.11", "10.17"])
def test_a_price_that_no_net_reaches_is_refused_when_the_catalogue_is_read(price: str) -> None:
    """A1: at 20 % these prices with tax cannot be invoiced."""
    document = read_config("catalogue.toml")
    pack = {"name": "P", "since": day("2026-01-01"), "units": 100, "price": price, "basis": "incl", "months": 12}
    with pytest.raises(RuleError, match=rf"pack\[1\]\.price: no price before tax gives {price} with 20.0% of tax"):
        catalogue_from({**document, "pack": [pack]}, LEGAL.vat)


@given(cents=st.integers(1, 10**6))
def test_every_price_with_tax_that_the_catalogue_takes_can_be_invoiced_to_the_cent(cents: int) -> None:
    """A1: whatever is accepted, net plus tax is the price that was shown."""
    shown = Money(cents)
    pack = {"name": "P", "since": day("2026-01-01"), "units": 100, "price": str(shown), "basis": "incl", "months": 12}
    try:
        catalogue = catalogue_from({**read_config("catalogue.toml"), "pack": [pack]}, LEGAL.vat)
    except RuleError:
        assert net_inside(shown, VAT_20.rate) is None
        return
    net = catalogue.pack("P").on(day("2026-01-01")).net
    assert invoice_of([line(LineKind.PACK, "P", 1, unit_rate(net), VAT_20)]).gross == shown


@pytest.mark.parametrize(
    ("territory", "vat_number_valid", "treatment", "percent"),
    [
        ("FR", False, Treatment.TAXED, "20"),
        ("MC", False, Treatment.TAXED, "20"),
        ("GP", False, Treatment.TAXED, "8.5"),
        ("MQ", True, Treatment.TAXED, "8.5"),
        ("RE", False, Treatment.TAXED, "8.5"),
        ("GF", False, Treatment.NOT_APPLICABLE, "0"),
        ("YT", False, Treatment.NOT_APPLICABLE, "0"),
        ("BE", True, Treatment.REVERSE_CHARGE, "0"),
        ("BE", False, Treatment.TAXED, "20"),
        ("CH", True, Treatment.OUT_OF_SCOPE, "0"),
        ("NC", False, Treatment.OUT_OF_SCOPE, "0"),
    ],
)
def test_where_the_client_is_decides_the_tax(
    *, territory: str, vat_number_valid: bool, treatment: Treatment, percent: str
) -> None:
    """A1: French rates by territory, reverse charge in the EU with a valid VAT number, out of scope beyond."""
    found = vat_of(Buyer(territory, vat_number_valid), day("2026-11-23"), LEGAL.vat)
    assert found == Vat(treatment, Fraction(percent) / 100)


def test_a_day_without_a_rate_stops_instead_of_guessing() -> None:
    """A1: a missing period of the table is an error that names it."""
    with pytest.raises(NotInForce, match="VAT in RE has no entry for 2013-12-31"):
        vat_of(Buyer("RE"), day("2013-12-31"), LEGAL.vat)


def test_a_new_rate_of_tax_is_passed_on() -> None:
    """R20, article 4: the price before tax stays, and the rate of the day is put on it."""
    document = dict(read_config("legal.toml"))
    rate = {"territories": ["FR"], "since": day("2014-01-01"), "percent": "20"}
    raised = {"territories": ["FR"], "since": day("2028-01-01"), "percent": "21"}
    rules = legal_from({**document, "vat": {"home": "FR", "union": [], "rate": [rate, raised]}}).vat
    net = euros("7.99")
    prices = [net + vat_of(Buyer("FR"), day(when), rules).on(net) for when in ("2027-12-31", "2028-01-01")]
    assert prices == [euros("9.59"), euros("9.67")]


def test_an_invoice_bears_what_the_law_wants_on_it() -> None:
    """A27: mentions and their references are dated data: 4 on every invoice, one more where no tax is charged."""
    today = day("2026-11-23")
    always = mentions_of(frozenset({Treatment.TAXED, Treatment.INDEMNITY}), today, LEGAL)
    assert [each.reference for each in always] == [
        "CGI, annexe II, article 242 nonies A",
        "Code de commerce, article L. 441-10",
        "Code de commerce, articles L. 441-10 et D. 441-5",
        "Code de commerce, article L. 441-9",
    ]
    (reverse,) = mentions_of(frozenset({Treatment.REVERSE_CHARGE}), today, LEGAL)[4:]
    assert (reverse.fr, reverse.en) == ("Autoliquidation.", "Reverse charge.")


def test_an_outdated_mention_stops_the_invoice() -> None:
    """A27: references to the old code are tolerated to the end of 2027, and then somebody must look them up."""
    abroad = frozenset({Treatment.OUT_OF_SCOPE})
    assert len(mentions_of(abroad, day("2027-12-31"), LEGAL)) == 5
    with pytest.raises(NotInForce, match="vat_out_of_scope has no entry for 2028-01-01"):
        mentions_of(abroad, day("2028-01-01"), LEGAL)


@pytest.mark.parametrize("change", ["removed", "misspelt"])
def test_a_mention_that_is_missing_or_unknown_is_refused(change: str) -> None:
    """A27: found when the file is read, not on the first invoice."""
    document = dict(read_config("legal.toml"))
    mentions = document["mention"]
    assert isinstance(mentions, list)
    rest = [each for each in mentions if each["name"] != "no_discount"]
    extra = [{**mentions[0], "name": "no_discont"}] if change == "misspelt" else []
    with pytest.raises(RuleError, match="mention: unknown or missing: no_disco"):
        legal_from({**document, "mention": [*rest, *extra]})
