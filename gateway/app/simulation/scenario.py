"""A scenario as its file says it: commands with the local times at which they are given."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.app.law import enlarged
from gateway.billing.rules import BillingRules
from gateway.wording import Language
from plans.catalogue import catalogue_from
from plans.checked import RuleError, Section
from plans.legal import legal_from

_MOST_BYTES = 1_000_000
_MOST_TIMES = 100_000
_CATALOGUE = ("tier", "pack", "test_credit", "conditions")
_LAW = ("interest", "recovery_fee")
_KEYS = {"title", "zone", "begins", "ends", "step", *_CATALOGUE, *_LAW}


@dataclass(frozen=True, slots=True)
class Step:
    """A command, given ``times`` times at one instant."""

    at: datetime  # UTC
    command: str  # as ``gateway.app.commands`` names it
    arguments: Mapping[str, Any]
    times: int

    @property
    def words(self) -> str:
        """The command as people type it."""
        return self.command.replace(".", " ").replace("_", "-")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, in the order of time, and the rules that it is played by."""

    title: str
    zone: ZoneInfo
    begins: datetime  # UTC
    ends: datetime  # UTC
    steps: tuple[Step, ...]
    added: Mapping[str, Any]  # entries for the catalogue and the law, in the form of their files


def read_scenario(path: Path) -> Scenario:
    """Read a scenario; ``RuleError`` names what is wrong with it."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise RuleError(f"{path} is too long: a scenario has at most {_MOST_BYTES} bytes")
        return scenario_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path} cannot be read as TOML: {error}") from None


def scenario_from(document: Mapping[str, object]) -> Scenario:
    """Read a parsed scenario; ``RuleError`` names a key that is missing, wrong or out of order."""
    root = Section(document)
    root.only(_KEYS)
    zone = _zone(root)
    begins, ends = _instant(root, "begins", zone), _instant(root, "ends", zone)
    steps = tuple(sorted((_step(each, zone) for each in root.sections("step")), key=lambda step: step.at))
    if not begins <= ends or any(not begins <= each.at <= ends for each in steps):
        raise RuleError("step: everything happens between begins and ends")
    added = {key: value for key, value in document.items() if key in (*_CATALOGUE, *_LAW)}
    return Scenario(root.text("title"), zone, begins, ends, steps, added)


def rules_of(
    scenario: Scenario, catalogue: Mapping[str, Any], law: Mapping[str, Any], rules: BillingRules
) -> BillingRules:
    """The rules that a scenario is played by: a document of a catalogue and one of the law, with what it adds."""
    legal = legal_from(enlarged(law, {key: each for key, each in scenario.added.items() if key in _LAW}))
    sold = {key: [*catalogue[key], *scenario.added[key]] for key in _CATALOGUE if key in scenario.added}
    played = catalogue_from({**catalogue, **sold}, legal.vat)
    versions = (each.since.isoformat() for each in played.conditions.entries)
    texts = {(version, language): "The terms of a play." for version in versions for language in Language}
    return replace(rules, catalogue=played, legal=legal, terms_texts={**texts, **rules.terms_texts})


def _step(section: Section, zone: ZoneInfo) -> Step:
    command = section.text("do").replace(" ", ".").replace("-", "_")
    times = section.count("times", least=1) if "times" in section.values else 1
    if times > _MOST_TIMES:
        raise RuleError(f"{section.name('times')} is at most {_MOST_TIMES}")
    arguments = {key: value for key, value in section.values.items() if key not in ("at", "do", "times")}
    return Step(_instant(section, "at", zone), command, arguments, times)


def _zone(root: Section) -> ZoneInfo:
    try:
        return ZoneInfo(root.text("zone"))
    except (ZoneInfoNotFoundError, ValueError):
        raise RuleError(f"{root.name('zone')} must be a time zone such as Europe/Paris") from None


def _instant(section: Section, key: str, zone: ZoneInfo) -> datetime:
    value = section.values.get(key)
    if not isinstance(value, datetime):
        raise RuleError(f"{section.name(key)} must be a local time such as 2027-01-31T10:15:00")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
