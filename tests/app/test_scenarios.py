"""A scenario is read whole, or what is wrong with it is named; its clock never goes back."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.law import law_in_force
from gateway.app.simulation.scenario import read_scenario, rules_of, scenario_from
from gateway.app.simulation.stage import PlayClock
from gateway.billing.rules import shipped_billing_rules
from gateway.settings import Settings, read_config
from plans.checked import RuleError
from tests.clock import MONDAY_MORNING

TWO_STEPS = """
title = "two steps"
zone = "Indian/Reunion"
begins = 2027-01-01T08:00:00
ends = 2027-01-02T08:00:00

[[step]]
at = 2027-01-01T12:00:00
do = "billing accept-terms"
account = "clinic"

[[step]]
at = 2027-01-01T06:30:00Z
do = "account add"
times = 2
"""


def test_steps_are_in_the_order_of_time_on_the_clock_of_the_scenario() -> None:
    steps = scenario_from(tomllib.loads(TWO_STEPS)).steps
    assert [(each.command, each.words, each.times) for each in steps] == [
        ("account.add", "account add", 2),
        ("billing.accept_terms", "billing accept-terms", 1),
    ]
    assert [each.at.isoformat() for each in steps] == ["2027-01-01T06:30:00+00:00", "2027-01-01T08:00:00+00:00"]


def test_what_a_scenario_adds_is_added_to_the_catalogue_in_force() -> None:
    entry = '\n[[tier]]\nname = "DUO"\nsince = 2026-01-01\ncalendars = 2\nmonth = "11.00"\nyear = "110.00"\n'
    scenario = scenario_from(tomllib.loads(TWO_STEPS + entry))
    catalogue = read_config("catalogue.toml")
    law = law_in_force(Settings())
    rules = rules_of(scenario, catalogue, law, shipped_billing_rules())
    assert sorted(rules.catalogue.tiers) == ["BUSINESS", "DUO", "ENTERPRISE", "SOLO"]


def test_a_scenario_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text("#" * 1_000_001, encoding="utf-8")
    with pytest.raises(RuleError, match="too long"):
        read_scenario(file)


def test_the_clock_of_a_play_never_goes_back() -> None:
    clock = PlayClock(MONDAY_MORNING)
    clock.move_to(MONDAY_MORNING - timedelta(days=1))
    assert clock.now() == MONDAY_MORNING
