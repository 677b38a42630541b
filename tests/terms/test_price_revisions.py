"""The terms on new prices (article 4): the price of the order day holds until 10 clear days of notice have run."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import read_config
from plans.catalogue import Catalogue, catalogue_from
from plans.money import NOTHING, Money, Rate
from plans.notice import ends_on, first_day_after, is_refused_in_time, may_end_from, pack_adjustment
from plans.orders import fees_refusal
from plans.prices import ClientPrices, Formula, Ordered, Revision, refused, revision
from plans.refusals import Refusal, Refused
from tests.terms.shop import CONDITIONS, LEGAL, MONTH, day, euros

NOTICE = CONDITIONS.notice
RAISED_ON = day("2027-03-01")


def every_day(when: date) -> bool:
    raise AssertionError(f"the contract counts every day alike, {when} too")


def raised() -> Catalogue:
    """The catalogue that ships, with a new price of SOLO and of a pack from 1 March 2027."""
    document = read_config("catalogue.toml")
    tiers, packs = document["tier"], document["pack"]
    assert isinstance(tiers, list)
    assert isinstance(packs, list)
    solo = {**tiers[0], "since": RAISED_ON, "month": "8.99"}
    pack = {**packs[0], "since": RAISED_ON, "price": "66.00"}
    return catalogue_from({**document, "tier": [*tiers, solo], "pack": [*packs, pack]}, LEGAL.vat)


CATALOGUE = raised()
ORDERED = Ordered(Formula("SOLO", MONTH), day("2026-11-23"))


def told(when: str, item: str = "SOLO") -> Revision:
    return revision(item, RAISED_ON, day(when), NOTICE, every_day)


def price(when: str, *revisions: Revision, ordered: Ordered = ORDERED) -> Money:
    return ClientPrices(CATALOGUE, revisions).price(ordered, day(when))


@pytest.mark.parametrize(("notified", "applies"), [("2027-03-03", "2027-03-14"), ("2026-12-20", "2026-12-31")])
def test_ten_clear_days_leave_out_the_first_and_the_last(notified: str, applies: str) -> None:
    """R17, A9, article 4: told on 3 March, the price changes on 14 March at 00:00; weekends count."""
    assert NOTICE.clear_days == 10
    assert first_day_after(day(notified), NOTICE, every_day) == day(applies)


def test_notice_may_be_set_to_end_on_a_working_day() -> None:
    """A9: as an option. Told on 4 March 2027, the last day is Sunday the 14th, so it runs on to Monday."""
    courteous = replace(NOTICE, to_working_day=True)
    assert first_day_after(day("2027-03-04"), courteous, lambda when: when.isoweekday() < 6) == day("2027-03-16")


def test_the_price_of_the_order_day_holds() -> None:
    """R16, article 4: a new price in the catalogue does not touch who ordered before; who orders after pays it."""
    assert price("2030-01-01") == euros("7.99")
    later = Ordered(ORDERED.formula, day("2027-03-01"))
    assert price("2030-01-01", ordered=later) == euros("8.99")


def test_a_notified_price_applies_when_the_days_have_run() -> None:
    """R17, A9, article 4: to 13 March the old price, from 14 March the new one."""
    assert [price(when, told("2027-03-03")) for when in ("2027-03-13", "2027-03-14")] == [euros("7.99"), euros("8.99")]


def test_a_price_is_not_brought_forward_by_early_notice() -> None:
    """R17: told in January of a price of 1 March, the client pays it from 1 March."""
    early = told("2027-01-05")
    assert [price(when, early) for when in ("2027-02-28", "2027-03-01")] == [euros("7.99"), euros("8.99")]


def test_an_old_revision_never_sets_a_newer_order_back() -> None:
    """R16: a revision only ever brings a later price than that of the order day."""
    back = Revision("SOLO", day("2023-09-27"), day("2027-02-01"), day("2027-02-12"))
    assert price("2028-01-01", back, ordered=Ordered(ORDERED.formula, day("2027-03-05"))) == euros("8.99")


def test_a_revision_concerns_one_item() -> None:
    """R17: the new price of a pack leaves the subscription alone."""
    assert price("2028-01-01", told("2027-03-03", "PACK-1000")) == euros("7.99")


@pytest.mark.parametrize(("letter", "in_time"), [("2027-03-03", True), ("2027-03-13", True), ("2027-03-14", False)])
def test_a_registered_letter_within_the_days_stops_the_price(letter: str, in_time: bool) -> None:
    """R18, article 4: from the notice to the tenth clear day; a later letter changes nothing."""
    assert is_refused_in_time(day(letter), day("2027-03-03"), NOTICE) is in_time
    after = refused(told("2027-03-03"), day(letter), NOTICE)
    assert price("2027-06-01", after) == (euros("7.99") if in_time else euros("8.99"))


def test_without_an_accord_either_side_may_end_with_ten_days_notice() -> None:
    """R18, article 4: refused on 10 March, notice from the 20th, and an end 10 days after it."""
    assert may_end_from(day("2027-03-10"), NOTICE) == day("2027-03-20")
    assert ends_on(day("2027-03-20"), NOTICE) == day("2027-03-30")


def test_a_pack_is_adjusted_for_its_unused_units() -> None:
    """R19, A10, article 4: 10,000 units at 0.050, then 0.055 with 4,000 unused: 20.00 before tax."""
    assert pack_adjustment(4_000, Rate(50_000), Rate(55_000)) == euros("20.00")


def test_the_unit_prices_of_an_adjustment_are_those_of_the_catalogue() -> None:
    """R19, A10: PACK-1000 from 60.00 to 66.00 with tax is 0.050 to 0.055 a unit."""
    prices = ClientPrices(CATALOGUE, (told("2027-03-03", "PACK-1000"),))
    old, new = (prices.pack("PACK-1000", ORDERED.day, day(when)).unit_price for when in ("2027-03-13", "2027-03-14"))
    assert (old, new) == (Rate(50_000), Rate(55_000))
    assert pack_adjustment(1_000, old, new) == euros("5.00")


@given(units=st.integers(0, 10**6), old=st.integers(0, 10**6), new=st.integers(0, 10**6))
def test_an_adjustment_never_refunds_a_pack(units: int, old: int, new: int) -> None:
    """R19, R24, special term 2: a lower price gives nothing back."""
    assert pack_adjustment(units, Rate(old), Rate(new)) >= NOTHING


def test_management_fees_must_be_told_beforehand() -> None:
    """R21, article 4: what the client was told of may be charged, and no cent more."""
    assert fees_refusal(euros("5.00"), euros("5.00")) is None
    assert fees_refusal(euros("5.00"), euros("5.01")) == Refused(Refusal.FEES_NOT_TOLD)
    assert fees_refusal(NOTHING, euros("1.00")) == Refused(Refusal.FEES_NOT_TOLD)
