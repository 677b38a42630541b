"""How a rule is written: as a word on the command line, which names it in the ledger too, and as JSON in its row."""

import json
import re
from collections.abc import Mapping
from datetime import time

from gateway.accounts.refusals import Refused
from gateway.calendar.schedule.rules import Before, DayBefore, Lead, Rule
from plans.checked import RuleError, Section

_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_BEFORE = re.compile(rf"(\d{{1,6}})(m|h|d)(?:(?:~|>=)({_HOUR})(?:/({_HOUR}))?)?")
_DAY = re.compile(rf"(?:(\d{{1,6}})d|eve)@({_HOUR})")
_LEAD = re.compile(rf"lead(?::(\d{{1,3}})d/(\d{{1,3}})d/(\d{{1,3}})d)?(?:@({_HOUR}))?(?:\+(?:(\d{{1,6}})m|none))?")

_CURE = (
    'Write "24h", "30m" or "2d"; "1d@18:00" or "eve" for the evening before; "2h~08:00" for 2 hours before but not '
    'before 08:00; "lead" for a time that depends on when it was booked.'
)


def parse_rule(word: str) -> Rule:
    """Read a rule as people type it, whatever the case; ``Refused`` says what could be written instead."""
    typed = word.strip().lower()
    typed = "eve@18:00" if typed == "eve" else typed
    if found := _DAY.fullmatch(typed):
        return DayBefore(1 if found[1] is None else int(found[1]), _hour(found[2]))
    if found := _BEFORE.fullmatch(typed):
        return _before(int(found[1]), found[2], found[3], found[4])
    if found := _LEAD.fullmatch(typed):
        return _lead(found, none=typed.endswith("none"))
    raise Refused(f'"{word[:40]}" is no rule for reminders.', _CURE)


def word_of(rule: Rule) -> str:
    """The one word of a rule that ``parse_rule`` reads back, fit for a shell without quotes; its name in the ledger."""
    match rule:
        case Before(days, minutes, earliest, evening):
            floor = "" if earliest is None else f"~{_clock(earliest)}"
            return _length(days, minutes) + floor + ("" if evening is None else f"/{_clock(evening)}")
        case DayBefore(days, at):
            return f"{days}d@{_clock(at)}"
        case Lead(far, far_days, near_days, at, soon):
            return f"lead:{far}d/{far_days}d/{near_days}d@{_clock(at)}+{'none' if soon is None else f'{soon}m'}"


def rule_to_json(rule: Rule) -> str:
    """The rule as a JSON object with sorted keys: the same rule is the same text."""
    return json.dumps(_written(rule), sort_keys=True, separators=(",", ":"))


def rule_from_json(text: str) -> Rule:
    """Read back what ``rule_to_json`` wrote; ``Refused`` for anything else."""
    try:
        written = json.loads(text)
        if not isinstance(written, dict):
            raise RuleError("a rule is an object")
        return _from_section(Section(written))
    except (ValueError, RecursionError):  # a RuleError, too
        raise Refused("The stored rule cannot be read.", "Remove it, and add it again.") from None


def _written(rule: Rule) -> Mapping[str, str | int | None]:
    match rule:
        case Before(days, minutes, earliest, evening):
            hours = {"earliest": earliest, "evening": evening}
            length = {"days": days} if days else {"minutes": minutes}
            return {"kind": "before", **length, **{key: _clock(at) for key, at in hours.items() if at is not None}}
        case DayBefore(days, at):
            return {"kind": "day_before", "days": days, "at": _clock(at)}
        case Lead(far, far_days, near_days, at, soon):
            days_of = {"far": far, "far_days": far_days, "near_days": near_days}
            return {"kind": "lead", **days_of, "at": _clock(at), "soon": soon}


def _from_section(section: Section) -> Rule:
    match section.text("kind"):
        case "before":
            section.only({"kind", "days", "minutes", "earliest", "evening"})
            days, minutes = (section.count(key, 1) if key in section.values else 0 for key in ("days", "minutes"))
            return Before(days, minutes, _hour_of(section, "earliest"), _hour_of(section, "evening"))
        case "day_before":
            section.only({"kind", "days", "at"})
            return DayBefore(section.count("days", 0), _hour(section.text("at")))
        case "lead":
            section.only({"kind", "far", "far_days", "near_days", "at", "soon"})
            far, far_days, near_days = (section.count(key, 1) for key in ("far", "far_days", "near_days"))
            soon = None if section.values.get("soon") is None else section.count("soon", 0)
            return Lead(far, far_days, near_days, _hour(section.text("at")), soon)
    raise RuleError("the kind is unknown")


def _hour_of(section: Section, key: str) -> time | None:
    return _hour(section.text(key)) if key in section.values else None


def _before(count: int, unit: str, earliest: str | None, evening: str | None) -> Before:
    floor, other = (None if at is None else _hour(at) for at in (earliest, evening))
    if unit == "d":
        return Before(days=count, earliest=floor, evening=other)
    return Before(minutes=count * (60 if unit == "h" else 1), earliest=floor, evening=other)


def _lead(found: re.Match[str], *, none: bool) -> Lead:
    usual = Lead()
    far, far_days, near_days = (
        (int(found[1]), int(found[2]), int(found[3])) if found[1] else (usual.far, usual.far_days, usual.near_days)
    )
    at = _hour(found[4]) if found[4] else usual.at
    soon = None if none else int(found[5]) if found[5] else usual.soon
    return Lead(far, far_days, near_days, at, soon)


def _length(days: int, minutes: int) -> str:
    if days:
        return f"{days}d"
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


def _hour(written: str) -> time:
    hours, _, minutes = written.partition(":")
    return time(int(hours), int(minutes))


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
