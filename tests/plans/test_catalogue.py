"""The laws of the catalogue: every error names its key, and the past is never edited."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from gateway.settings import read_config
from plans.catalogue import Catalogue, TaxBasis, catalogue_from
from plans.checked import RuleError
from plans.conditions import SubscriptionTerms
from plans.history import history_problems
from plans.money import Rate
from tests.terms.shop import CATALOGUE, LEGAL, day, euros

TODAY = day("2026-11-23")
Edit = Callable[[dict[str, Any]], object]


def edited(edit: Edit) -> Mapping[str, Any]:
    """The document that ships, after an edit in place."""
    document = read_config("catalogue.toml")
    edit(document)
    return document


def read(edit: Edit) -> Catalogue:
    return catalogue_from(edited(edit), LEGAL.vat)


def copied(entry: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    return {**deepcopy(dict(entry)), **changes}


def test_a_pack_knows_its_price_before_tax_and_that_of_a_unit() -> None:
    pack = CATALOGUE.pack("PACK-5000").on(TODAY)
    assert (pack.shown, pack.net, pack.unit_price) == (euros("270.00"), euros("225.00"), Rate(45_000))


def test_a_price_before_tax_is_taken_as_it_is() -> None:
    pack = read(lambda d: d["pack"][0].update(price="10.05", basis="excl")).pack("PACK-1000").on(TODAY)
    assert (pack.basis, pack.net) == (TaxBasis.EXCL, euros("10.05"))


def test_tiers_are_offered_smallest_first_whatever_their_order_in_the_file() -> None:
    catalogue = read(lambda d: d["tier"].reverse())
    assert [name for name, _ in catalogue.tiers_on(TODAY)] == ["SOLO", "BUSINESS", "ENTERPRISE"]
    assert catalogue.tiers_on(day("2023-09-26")) == ()


def test_the_option_to_invoice_a_pro_rata_at_once_is_read() -> None:
    catalogue = read(lambda d: d["conditions"][0]["subscription"].update(invoice_now_above="100.00"))
    assert catalogue.conditions.on(TODAY).subscription == SubscriptionTerms(30, euros("100.00"))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda d: d.update(currency="USD"), "currency must be EUR"),
        (lambda d: d.update(tiers=[]), "tiers is unknown; known here: conditions, currency, pack, test_credit, tier"),
        (lambda d: d["tier"][1].update(calendars=0), r"tier\[2\]\.calendars must be a whole number of at least 1"),
        (lambda d: d["tier"][0].update(month=7.99), r"tier\[1\]\.month must be a text"),
        (lambda d: d["tier"][0].update(colour="red"), r"tier\[1\]\.colour is unknown"),
        (lambda d: d["tier"][0].update(calendars=5), "two tiers cover the same number of calendars on 2023-09-27"),
        (lambda d: d["tier"].append(dict(d["tier"][0])), "SOLO: two entries are in force on 2023-09-27"),
        (lambda d: d["pack"][0].update(units=-1), r"pack\[1\]\.units must be a whole number of at least 1"),
        (lambda d: d["pack"][0].update(months=0), r"pack\[1\]\.months must be a whole number of at least 1"),
        (lambda d: d["pack"][0].update(basis="ttc"), r"pack\[1\]\.basis must be one of excl, incl"),
        (lambda d: d["pack"][0].update(price="10.05"), r"pack\[1\]\.price: no price before tax gives 10\.05"),
        (lambda d: d["test_credit"][0].update(units=0), r"test_credit\[1\]\.units must be a whole number"),
        (
            lambda d: d["conditions"][0]["payment"].update(retry_days=[3, 1]),
            r"conditions\[1\]\.payment\.retry_days must rise",
        ),
        (lambda d: d["conditions"][0].pop("consent"), r"conditions\[1\]\.consent is missing"),
        (
            lambda d: d["conditions"][0]["notice"].update(clear_days=0),
            r"conditions\[1\]\.notice\.clear_days must be a whole number of at least 1",
        ),
    ],
)
def test_an_error_in_the_catalogue_names_its_key(edit: Edit, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        read(edit)


@pytest.mark.parametrize(
    "edit",
    [
        dict.copy,
        lambda d: d["tier"].append(copied(d["tier"][0], since=day("2027-01-01"), month="8.99")),
        lambda d: d["pack"].append(copied(d["pack"][0], name="PACK-2000", since=TODAY)),
        lambda d: d["tier"][0].update(until=TODAY),
    ],
    ids=["nothing", "a new price", "a new pack", "a last day"],
)
def test_a_new_version_may_add_entries_and_close_them(edit: Edit) -> None:
    assert history_problems(CATALOGUE, read(edit), TODAY) == ()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            lambda d: d["tier"][0].update(month="8.99"),
            "SOLO: the entry since 2023-09-27 was edited; add an entry with a later day instead",
        ),
        (
            lambda d: d["pack"].pop(0),
            "PACK-1000: the entry since 2023-09-27 was removed; close it with a last day instead",
        ),
        (
            lambda d: d["tier"][0].update(until=day("2026-11-22")),
            "SOLO: the entry since 2023-09-27 was edited; add an entry with a later day instead",
        ),
        (
            lambda d: d["tier"].append(copied(d["tier"][0], since=day("2026-11-22"), month="8.99")),
            "SOLO: the entry since 2026-11-22 is new but lies in the past",
        ),
        (
            lambda d: d["test_credit"][0].update(units=20),
            "test_credit: the entry since 2023-09-27 was edited; add an entry with a later day instead",
        ),
        (
            lambda d: d["conditions"][0]["notice"].update(clear_days=5),
            "conditions: the entry since 2023-09-27 was edited; add an entry with a later day instead",
        ),
    ],
    ids=["a price", "a pack gone", "a last day gone by", "a late entry", "test credit", "conditions"],
)
def test_a_new_version_that_edits_the_past_is_told_where(edit: Edit, told: str) -> None:
    """What a client ordered under must be found years later."""
    assert history_problems(CATALOGUE, read(edit), TODAY) == (told,)


def test_a_closed_entry_cannot_be_opened_again() -> None:
    closed = read(lambda d: d["tier"][0].update(until=TODAY))
    assert history_problems(closed, CATALOGUE, TODAY) == (
        "SOLO: the entry since 2023-09-27 was edited; add an entry with a later day instead",
    )
