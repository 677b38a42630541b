"""The catalogue in force, and a new version that an admin puts in its place; what was sold is never edited."""

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.accounts.refusals import Refused
from gateway.app import law
from gateway.app.law import law_in_force
from gateway.billing.rules import BillingRules, shipped_billing_rules
from gateway.billing.terms_texts import read_texts
from gateway.settings import Settings, config_file
from gateway.wording import Language
from plans.catalogue import Catalogue, catalogue_from
from plans.checked import RuleError
from plans.dated import Dated, NotInForce
from plans.history import history_problems
from plans.legal import legal_from

_NAME = "catalogue.toml"
_MOST_BYTES = 1_000_000


class Weight(StrEnum):
    """What a finding means."""

    WRONG = "wrong"  # it cannot be put in force
    MISSING = "missing"  # a rule that something will wait for


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be mended."""

    weight: Weight
    text: str


def billing_rules(settings: Settings) -> BillingRules:
    """The rules that billing goes by: those that ship, with what the operator put in their place.

    That is the catalogue that was applied, entries of the law and texts of terms in the data directory, and who sells.
    """
    shipped = shipped_billing_rules()
    texts = {**shipped.terms_texts, **read_texts(settings.data_dir / "terms")}
    legal = legal_from(law_in_force(settings))
    rules = replace(shipped, legal=legal, seller=settings.seller, terms_texts=texts)
    applied = settings.data_dir / _NAME
    return replace(rules, catalogue=_read(applied, rules)) if applied.exists() else rules


def check(settings: Settings, today: date, path: Path | None = None) -> list[Finding]:
    """What is wrong with a new version of the catalogue, or (None) with the one in force."""
    rules = billing_rules(settings)
    missing = [Finding(Weight.MISSING, each) for each in _gaps(rules, today)]
    if path is None:
        return [*missing, *_untold(rules, rules.catalogue, today)]
    try:
        new = _read(path, rules)
    except RuleError as error:
        return [Finding(Weight.WRONG, str(error)), *missing]
    wrong = [Finding(Weight.WRONG, each) for each in history_problems(rules.catalogue, new, today)]
    return [*wrong, *missing, *_untold(rules, new, today)]


def apply(settings: Settings, today: date, path: Path) -> None:
    """Put a new version in force, whole or not at all; ``Refused`` names the first thing that is wrong with it.

    A running service reads it when it starts the next time.
    """
    wrong = [each.text for each in check(settings, today, path) if each.weight is Weight.WRONG]
    if wrong:
        raise Refused(f"This catalogue is not put in force: {wrong[0]}.", "`gateway catalogue check` names it all.")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = settings.data_dir / f"{_NAME}.new"
    with draft.open("wb") as file:
        file.write(path.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(settings.data_dir / _NAME)


def tiers(billing: BillingRules, today: date) -> Iterator[dict[str, Any]]:
    """The plans that are for sale today, smallest first, with their prices before tax."""
    for name, tier in billing.catalogue.tiers_on(today):
        yield {"plan": name, "calendars": tier.calendars, "month": str(tier.month), "year": str(tier.year)}


def packs(billing: BillingRules, today: date) -> Iterator[dict[str, Any]]:
    """The packs that are for sale today, with their prices before tax."""
    for name, history in billing.catalogue.packs.items():
        if history.offered(today):
            pack = history.on(today)
            yield {"pack": name, "units": pack.units, "net": str(pack.net), "months": pack.months}


def document_in_force(settings: Settings) -> dict[str, Any]:
    """The catalogue in force as it is written."""
    applied = settings.data_dir / _NAME
    return _parsed(applied if applied.exists() else config_file(_NAME))


def _gaps(rules: BillingRules, today: date) -> Iterator[str]:
    """The dated rules of the law that say nothing of today."""
    dated: list[Dated[Any]] = [rules.legal.interest, rules.legal.recovery_fee, *rules.legal.vat.rates.values()]
    for each in (*dated, *rules.legal.mentions.values()):
        try:
            each.on(today)
        except NotInForce as gap:
            yield f"{gap}: add it to {law.NAME} in the data directory"


def _untold(rules: BillingRules, catalogue: Catalogue, today: date) -> Iterator[Finding]:
    """The terms, in force or to come, that nobody can accept because their text is missing."""
    for entry in catalogue.conditions.entries:
        for language in Language:
            over = entry.until is not None and entry.until < today
            if not over and (entry.since.isoformat(), language) not in rules.terms_texts:
                text = f"the terms since {entry.since} have no text: add terms/{entry.since}.{language}.txt"
                yield Finding(Weight.MISSING, f"{text} to the data directory")


def _read(path: Path, rules: BillingRules) -> Catalogue:
    return catalogue_from(_parsed(path), rules.legal.vat)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise RuleError(f"{path} is no catalogue: it has more than {_MOST_BYTES} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path} cannot be read as TOML: {error}") from None
