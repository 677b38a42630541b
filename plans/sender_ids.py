"""Which name or number may stand as the sender on a phone: by country, and by the day on which it is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from plans.checked import RuleError, Section
from plans.dated import Dated, Entry, by_name
from plans.words import Reason

#: What every network shows; digits alone would pass for a number.
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")

#: The rules of every country that has none of its own.
ELSEWHERE = "elsewhere"


class SenderIdKind(StrEnum):
    """What stands as the sender."""

    NAME = "name"
    NUMBER = "number"


class Otherwise(StrEnum):
    """What becomes of a message whose sender ID may not stand there."""

    REPLACE = "replace"  # it shows the carrier's own number
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class SenderIdRule:
    """What may stand as the sender in one country."""

    kinds: frozenset[SenderIdKind]
    shortest: int = 3  # characters of a name
    longest: int = 11
    refused: frozenset[str] = frozenset()  # names that could be anybody's, in capitals
    registered: frozenset[str] | None = None  # the only names that may stand, in capitals; None: no register is kept
    otherwise: Otherwise = Otherwise.REFUSE

    def allows(self, display: str) -> bool:
        """Whether this may stand as the sender."""
        if _NUMBER.fullmatch(display):
            return SenderIdKind.NUMBER in self.kinds
        name = display.upper()
        return (
            SenderIdKind.NAME in self.kinds
            and _NAME.fullmatch(display) is not None
            and self.shortest <= len(display) <= self.longest
            and name not in self.refused
            and (self.registered is None or name in self.registered)
        )


_ANY = SenderIdRule(frozenset(SenderIdKind))


@dataclass(frozen=True, slots=True)
class SenderIdRules:
    """The rules of all countries, each with the days on which it is in force."""

    by_country: Mapping[str, Dated[SenderIdRule]] = field(default_factory=dict)  # ISO 3166, and ELSEWHERE

    def on(self, country: str, day: date) -> SenderIdRule:
        """The rule in force in a country on a day."""
        own, elsewhere = (self.by_country.get(each) for each in (country, ELSEWHERE))
        return next((each.on(day) for each in (own, elsewhere) if each and each.offered(day)), _ANY)

    def newest(self, country: str) -> SenderIdRule:
        """The rule that was written last for a country: what is chosen now should stand when it is in force, too."""
        entries: tuple[Entry[SenderIdRule], ...] = ()
        if found := self.by_country.get(country) or self.by_country.get(ELSEWHERE):
            entries = found.entries
        return entries[-1].value if entries else _ANY


def sender_id_problem(display: str, country: str, rules: SenderIdRules) -> Reason | None:
    """SENDER_ID_INVALID for what may not be chosen as sender ID by a client of ``country``: a name, and no number."""
    chosen = _NUMBER.fullmatch(display) is None and rules.newest(country).allows(display)
    return None if chosen else Reason.SENDER_ID_INVALID


def shown_in(display: str | None, country: str, rules: SenderIdRules, day: date) -> str | Reason | None:
    """What a phone of ``country`` shows: the sender ID, None for the carrier's own number, or why nothing is sent."""
    if display is None:
        return None
    rule = rules.on(country, day)
    if rule.allows(display):
        return display
    return None if rule.otherwise is Otherwise.REPLACE else Reason.SENDER_ID_INVALID


def sender_id_rules_from(document: Mapping[str, object]) -> SenderIdRules:
    """Read sender_ids.toml; ``RuleError`` names a key that is missing or wrong."""
    root = Section(document)
    root.only({"country"})
    return SenderIdRules(by_name(root.sections("country"), _rule))


_KEYS = {"name", "since", "until", "kinds", "shortest", "longest", "refused", "registered", "otherwise"}


def _rule(section: Section) -> SenderIdRule:
    section.only(_KEYS)
    return SenderIdRule(
        kinds=frozenset(_words(section, SenderIdKind)),
        shortest=section.count("shortest", least=1) if "shortest" in section.values else 3,
        longest=section.count("longest", least=1) if "longest" in section.values else 11,
        refused=_names(section, "refused") or frozenset(),
        registered=_names(section, "registered"),
        otherwise=_otherwise(section),
    )


def _names(section: Section, key: str) -> frozenset[str] | None:
    return frozenset(each.upper() for each in section.texts(key)) if key in section.values else None


def _words(section: Section, words: type[SenderIdKind]) -> list[SenderIdKind]:
    try:
        return [words(each) for each in section.texts("kinds")]
    except ValueError:
        raise RuleError(f"{section.name('kinds')} takes {', '.join(words)}") from None


def _otherwise(section: Section) -> Otherwise:
    try:
        return Otherwise(section.text("otherwise")) if "otherwise" in section.values else Otherwise.REFUSE
    except ValueError:
        raise RuleError(f"{section.name('otherwise')} takes {', '.join(Otherwise)}") from None
