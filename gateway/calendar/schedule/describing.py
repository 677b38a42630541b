"""A rule in people's words."""

from datetime import time

from gateway.calendar.schedule.rules import Before, DayBefore, Lead, Rule
from gateway.wording import Language, Wording


def describe(rule: Rule, wording: Wording, language: Language) -> str:
    """What the rule does, as one phrase without a full stop."""
    match rule:
        case Before(days, minutes, earliest, evening):
            phrase = wording.phrase("rule_before", language, length=_length(days, minutes, wording, language))
            return phrase + _floor(earliest, evening, wording, language)
        case DayBefore(days, at):
            return _on_day(days, at, wording, language)
        case Lead(far, far_days, near_days, at, soon):
            key = "rule_lead_soon" if soon is not None else "rule_lead_none"
            return wording.phrase(
                key,
                language,
                far=_length(far, 0, wording, language),
                far_rule=_on_day(far_days, at, wording, language),
                near_rule=_on_day(near_days, at, wording, language),
                soon=_length(0, soon or 0, wording, language),
            )


def _on_day(days: int, at: time, wording: Wording, language: Language) -> str:
    key = {0: "rule_same_day", 1: "rule_day_before"}.get(days, "rule_days_before")
    if days == 1 and at.hour >= 18:
        key = "rule_evening_before"
    return wording.phrase(key, language, days=days, at=_clock(at))


def _floor(earliest: time | None, evening: time | None, wording: Wording, language: Language) -> str:
    if earliest is None:
        return ""
    if evening is None:
        return wording.phrase("rule_not_before", language, earliest=_clock(earliest))
    return wording.phrase("rule_or_evening", language, earliest=_clock(earliest), evening=_clock(evening))


def _length(days: int, minutes: int, wording: Wording, language: Language) -> str:
    """A length of time in the largest unit that holds it whole."""
    if days:
        unit, count = "days", days
    elif minutes % 60:
        unit, count = "minutes", minutes
    else:
        unit, count = "hours", minutes // 60
    return wording.phrase(f"rule_{unit}_one" if count == 1 else f"rule_{unit}", language, count=count)


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
