"""The commercial rules in force: the data files of ``config/``, read once and checked."""

import tomllib
from typing import Any

from gateway.settings import Settings, config_file
from gateway.sms.carriers import sandbox
from gateway.sms.policy import Rules
from plans.destinations import rates_from
from plans.stop import stop_rules_from
from plans.terms import credit_terms_from
from plans.windows import windows_from


def read_rules(settings: Settings) -> Rules:
    """Windows, STOP, credit terms and rates; ``plans.checked.RuleError`` names a key that is wrong."""
    windows, rates = _read("windows.toml"), _read("rates.toml")
    return Rules(
        windows=windows_from(windows),
        stop=stop_rules_from(windows),
        rates=rates_from(rates),
        credit=credit_terms_from(windows),
        carrier=sandbox.NAME,
        sandbox=settings.sandbox.enabled,
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(config_file(name).read_text(encoding="utf-8"))
