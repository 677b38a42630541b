"""``gateway simulate``, and the commands about new prices and incidents."""

from pathlib import Path
from typing import Any

import pytest

from tests.databases import ON_SQLITE

Ok = Any  # the fixtures of conftest.py
Gateway = Any

TRIAL = """
title = "a trial of a plan that is not sold yet"
zone = "Europe/Paris"
begins = 2027-01-31T10:00:00
ends = 2027-03-10T00:00:00

[[tier]]
name = "DUO"
since = 2026-01-01
calendars = 2
month = "11.00"
year = "110.00"

[[step]]
at = 2027-01-31T10:01:00
do = "account add"
name = "Clinic"

[[step]]
at = 2027-01-31T10:02:00
do = "billing profile"
account = "clinic"
name = "Clinique SARL"
address = "1 rue de la Paix"
postcode = "75002"
city = "Paris"
email = "billing@clinic.example"

[[step]]
at = 2027-01-31T10:02:30
do = "billing accept-terms"
account = "clinic"

[[step]]
at = 2027-01-31T10:03:00
do = "billing sandbox-card"
account = "clinic"
number = "4000 0000 0000 0042"

[[step]]
at = 2027-01-31T10:15:00
do = "plan subscribe"
account = "clinic"
plan = "DUO"
every = "month"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A plan that is tried before it is sold."""
    file = tmp_path / "trial.toml"
    file.write_text(TRIAL, encoding="utf-8")
    return file


@ON_SQLITE
def test_a_plan_is_tried_before_it_is_sold(ok: Ok, scenario: Path) -> None:
    """A5: from 31 January the trial runs to 2 March. 11.00 and 2.20 of tax; our own accounts know nothing of it."""
    (played,) = ok("simulate", str(scenario))
    assert [(each["issued_on"], each["total"], each["state"]) for each in played["invoices"]] == [
        ("2027-03-02", "13.20", "paid")
    ]
    assert [each["refused"] for each in played["steps"]] == [None] * 5
    assert ok("account", "list") == []


@ON_SQLITE
def test_people_get_tables(gateway: Gateway, scenario: Path) -> None:
    result = gateway("simulate", str(scenario))
    assert result.exit_code == 0
    assert "F2027-000001" in result.stdout


@ON_SQLITE
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Europe/Paris", "Europe/Atlantis", "zone"),
        ("2027-01-31T10:15:00", "2026-01-31T10:15:00", "begins and ends"),
        ('title = "', 'titel = "', "titel"),
        ("at = 2027-01-31T10:01:00", "at = 5", "local time"),
        ('month = "11.00"', 'month = "eleven"', "month"),
        ('name = "DUO"', "name = DUO", "cannot be read"),
        ('do = "account add"', 'do = "account add"\ntimes = 1000000', "times"),
    ],
)
def test_a_scenario_that_is_wrong_is_named(gateway: Gateway, scenario: Path, old: str, new: str, told: str) -> None:
    scenario.write_text(TRIAL.replace(old, new), encoding="utf-8")
    result = gateway("simulate", str(scenario))
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_price_that_the_catalogue_does_not_have_is_not_notified(ok: Ok, gateway: Gateway) -> None:
    ok("account", "add", "Clinic")
    assert "no new price" in gateway("price", "revise", "SOLO", "2026-01-01").stderr
    assert gateway("price", "refuse", "clinic", "7").exit_code == 1
    assert ok("price", "list", "clinic") == []


def test_an_incident_gives_back_what_it_wasted(ok: Ok, gateway: Gateway) -> None:
    assert "Name one of sandbox" in gateway("incident", "nobody", "2026-01-05T09:00", "2026-01-05T10:00").stderr
    (given_back,) = ok("incident", "sandbox", "2026-01-05T09:00", "2026-01-05T10:00")
    assert (given_back["messages"], given_back["units"]) == (0, 0)
    assert "begins before it ends" in gateway("incident", "sandbox", "2026-01-05T10:00", "2026-01-05T09:00").stderr
    assert "no instant" in gateway("incident", "sandbox", "yesterday", "today").stderr
