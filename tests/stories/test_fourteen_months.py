"""Fourteen months of two clients, played by ``gateway simulate``, against what was computed by hand."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.app.plain import plain
from gateway.app.simulation.play import play
from gateway.app.simulation.scenario import read_scenario
from gateway.settings import Settings

STORY = Path(__file__).parent / "fourteen_months.toml"
EXPECTED = tomllib.loads(STORY.with_suffix(".expected.toml").read_text(encoding="utf-8"))

_FIGURES = ("number", "account", "issued_on", "due_on", "state", "net", "vat", "total", "due")


@pytest.mark.parametrize("stops", [1, 1000])
async def test_every_invoice_is_right_to_the_cent_in_one_step_or_a_thousand(tmp_path: Path, stops: int) -> None:
    """Trial, upgrade, downgrade, declined card, late transfer, postpaid month, new price, leap day, both clocks."""
    played = plain(await play(Settings(data_dir=tmp_path), read_scenario(STORY), stops))
    assert [_invoice(each) for each in played["invoices"]] == EXPECTED["invoice"]
    assert [_refusal(each) for each in played["steps"] if each["refused"]] == EXPECTED["refused"]
    accounts = sorted(EXPECTED["account"], key=lambda each: str(each["account"]))
    assert sorted(map(_account, played["accounts"]), key=lambda each: str(each["account"])) == accounts


def _invoice(told: dict[str, Any]) -> dict[str, Any]:
    lines = [f"{each['kind']} {each['label']}: {each['quantity']}, {each['net']}" for each in told["lines"]]
    return {**{name: told[name] for name in _FIGURES}, "lines": lines}


def _refusal(told: dict[str, Any]) -> str:
    return f"{told['at']} {told['command']}: {told['refused']}"


def _account(told: dict[str, Any]) -> dict[str, Any]:
    subscription = told["subscription"]
    return {
        "account": told["account"],
        "state": told["state"],
        "subscription": f"{subscription['plan']} {subscription['state']}" if subscription else "",
        "lots": [f"{each['label']}: {each['left']} of {each['granted']}, ends {each['ends']}" for each in told["lots"]],
    }
