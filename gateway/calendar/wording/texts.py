"""The words of ``config/reminders.*.toml``: default templates, how dates are written, and what warns."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from gateway.calendar.wording.templates import Template, parse_template
from gateway.settings import config_file
from gateway.wording import Language
from plans.checked import Section


class Kind(StrEnum):
    """What a reminder is about; each has a default template."""

    REMINDER = "reminder"
    ALL_DAY = "all_day"
    SEVERAL = "several"  # appointments on one day
    MOVED = "moved"  # after a reminder of another time was sent
    MOVED_ALL_DAY = "moved_all_day"


@dataclass(frozen=True, slots=True)
class Dates:
    """How one language writes days and hours in an SMS: CLDR patterns, and phrases around them."""

    locale: str
    date: str
    weekday: str
    time_24: str
    time_12: str
    day: str
    today: str
    tomorrow: str
    appointment: str
    all_day: str
    comma: str
    conjunction: str
    more: str
    instead: Mapping[str, str]  # spellings that stay in the GSM alphabet
    first: str  # how the first of a month is written; "" where like any other day


@dataclass(frozen=True, slots=True)
class Sample:
    """What a preview is about where there is no event yet."""

    name: str
    contact: str
    title: str
    location: str
    description: str


@dataclass(frozen=True, slots=True)
class Texts:
    """All of one language."""

    templates: Mapping[Kind, Template]
    dates: Dates
    sample: Sample
    sensitive: tuple[str, ...]  # words that warn, without accents; one that ends in a star is the beginning of words


@cache
def read_texts(language: Language) -> Texts:
    """The words of one language, read once."""
    return texts_from(config_file(f"reminders.{language}.toml").read_text(encoding="utf-8"))


def texts_from(document: str) -> Texts:
    """Read the text of a reminders file; ``RuleError`` names a key that is missing, ``Refused`` a bad template."""
    whole = Section(tomllib.loads(document))
    whole.only({"template", "date", "sample", "sensitive"})
    templates, sample = whole.section("template"), whole.section("sample")
    templates.only(set(Kind))
    return Texts(
        templates=MappingProxyType({kind: parse_template(templates.text(kind)) for kind in Kind}),
        dates=_dates(whole.section("date")),
        sample=Sample(*(sample.text(key) for key in ("name", "contact", "title", "location", "description"))),
        sensitive=whole.section("sensitive").texts("words"),
    )


def _dates(section: Section) -> Dates:
    instead = section.section("instead")
    return Dates(
        locale=section.text("locale"),
        date=section.text("date"),
        weekday=section.text("weekday"),
        time_24=section.text("time_24"),
        time_12=section.text("time_12"),
        day=section.text("day"),
        today=section.text("today"),
        tomorrow=section.text("tomorrow"),
        appointment=section.text("appointment"),
        all_day=section.text("all_day"),
        comma=section.text("comma"),
        conjunction=section.text("and"),
        more=section.text("more"),
        instead=MappingProxyType({word: instead.text(word) for word in instead.values}),
        first=section.text("first") if "first" in section.values else "",
    )
