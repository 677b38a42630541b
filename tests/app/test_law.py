"""The law in force: what ships, and what an operator adds when it becomes known."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from gateway.app.catalogue import billing_rules, check
from gateway.app.law import law_in_force, missing
from gateway.settings import Settings
from plans.checked import RuleError
from plans.dated import NotInForce

SECOND_HALF = date(2026, 11, 23)


def settings(folder: Path, added: str) -> Settings:
    """A data directory with entries of the law."""
    (folder / "legal.toml").write_text(added, encoding="utf-8")
    return Settings(data_dir=folder)


def test_a_rate_that_became_known_is_added_in_the_data_directory(tmp_path: Path) -> None:
    """R43: until then every check names the gap and the cure."""
    before = Settings(data_dir=tmp_path)
    with pytest.raises(NotInForce, match="the legal interest rate has no entry for 2026-11-23"):
        billing_rules(before).legal.interest.on(SECOND_HALF)
    (gap,) = check(before, SECOND_HALF)
    assert gap.text.endswith("for 2026-11-23: add it to legal.toml in the data directory")
    after = settings(tmp_path, '[[interest]]\npercent = "2.75"\nsince = 2026-07-01\nuntil = 2026-12-31\n')
    assert billing_rules(after).legal.interest.on(SECOND_HALF) == Fraction(275, 10_000)
    assert billing_rules(after).legal.interest.on(date(2026, 1, 1)) == Fraction(262, 10_000)
    assert check(after, SECOND_HALF) == []


def test_a_rate_of_tax_is_added_like_the_others(tmp_path: Path) -> None:
    new = '[[vat.rate]]\nterritories = ["FR"]\npercent = "21"\nsince = 2027-01-01\n'
    rates = billing_rules(settings(tmp_path, new)).legal.vat.rates
    assert [rates["FR"].on(date(year, 1, 1)) for year in (2026, 2027)] == [Fraction(1, 5), Fraction(21, 100)]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('[vat]\nhome = "BE"\n', "home"),
        ("[interests]\n", "interests"),
        ('[[interest]]\npercent = "2.75"\nsince = 2026-01-01\n', "two entries are in force"),
        ("[[interest]\n", "cannot be read as TOML"),
        ("#" * 1_000_001, "too long"),
    ],
)
def test_what_is_no_new_entry_is_refused(tmp_path: Path, added: str, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        billing_rules(settings(tmp_path, added))


def test_a_gap_is_said_with_its_cure() -> None:
    refused = missing(NotInForce("the legal interest rate has no entry for 2026-11-23"))
    assert refused.text == "The legal interest rate has no entry for 2026-11-23."
    assert refused.cure.startswith("Add the entry to legal.toml in the data directory")


def test_what_ships_is_in_force_where_nothing_was_added(tmp_path: Path) -> None:
    assert law_in_force(Settings(data_dir=tmp_path))["vat"]["home"] == "FR"
