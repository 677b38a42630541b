"""The dated tables of the law: those that ship, with the entries that an operator added as they became known."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.accounts.refusals import Refused
from gateway.settings import Settings, read_config
from plans.checked import RuleError, Section
from plans.dated import NotInForce

NAME = "legal.toml"
_MOST_BYTES = 1_000_000
_LISTS = ("interest", "recovery_fee", "mention")

CURE = f"Add the entry to {NAME} in the data directory, in the form of the one that ships, and restart the service."


def law_in_force(settings: Settings) -> dict[str, Any]:
    """The document that ships, with the entries of the data directory; ``RuleError`` where those are no entries."""
    shipped = read_config(NAME)
    added = settings.data_dir / NAME
    return enlarged(shipped, _parsed(added)) if added.exists() else shipped


def enlarged(law: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A document of the law with more entries; nothing in it is replaced, so that what was issued stays explained."""
    more = Section(added)
    more.only({*_LISTS, "vat"})
    if "vat" in added:
        more.section("vat").only({"rate"})
    lists = {name: [*law[name], *added[name]] for name in _LISTS if name in added}
    rates = added.get("vat", {}).get("rate", [])
    return {**law, **lists, "vat": {**law["vat"], "rate": [*law["vat"]["rate"], *rates]}}


def missing(gap: NotInForce) -> Refused:
    """What to say where the law has no entry for a day."""
    return Refused(f"{str(gap)[0].upper()}{str(gap)[1:]}.", CURE)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise RuleError(f"{path} is too long: it has more than {_MOST_BYTES} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path} cannot be read as TOML: {error}") from None
