"""Reads checked values out of parsed configuration, naming the key in every error."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

V = TypeVar("V")


class RuleError(ValueError):
    """A rule in the configuration is missing, unknown or impossible; the text names its key."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a parsed TOML document, with the dotted path that its errors name."""

    values: Mapping[str, object]
    path: str = ""

    def name(self, key: str) -> str:
        """The full dotted name of a key in this section."""
        return f"{self.path}.{key}" if self.path else key

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that nobody reads: a misspelt rule must not be silently without effect."""
        for key in self.values:
            if key not in known:
                raise RuleError(f"{self.name(key)} is unknown; known here: {', '.join(sorted(known))}")

    def section(self, key: str) -> "Section":
        """The table under a key."""
        return Section(self._of(key, dict, "a table"), self.name(key))

    def sections(self, key: str) -> tuple["Section", ...]:
        """The tables of an array of tables, numbered from 1 in errors."""
        tables = self._of(key, list, "a list of tables")
        if not all(isinstance(each, dict) for each in tables):
            raise RuleError(f"{self.name(key)} must be a list of tables")
        return tuple(Section(each, f"{self.name(key)}[{number}]") for number, each in enumerate(tables, start=1))

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._of(key, str, "a text")
        if not value:
            raise RuleError(f"{self.name(key)} is empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._of(key, list, "a list of texts")
        if not all(isinstance(each, str) for each in values):
            raise RuleError(f"{self.name(key)} must be a list of texts")
        return tuple(values)

    def count(self, key: str, least: int) -> int:
        """A whole number that is not below ``least``."""
        value = self._of(key, int, "a whole number")
        if isinstance(value, bool) or value < least:  # to Python, true is a whole number
            raise RuleError(f"{self.name(key)} must be a whole number of at least {least}")
        return value

    def counts(self, key: str, least: int) -> tuple[int, ...]:
        """A list of whole numbers, none below ``least``."""
        values = self._of(key, list, "a list of whole numbers")
        if not all(isinstance(each, int) and not isinstance(each, bool) and each >= least for each in values):
            raise RuleError(f"{self.name(key)} must be a list of whole numbers of at least {least}")
        return tuple(values)

    def day(self, key: str) -> date:
        """A calendar day, written without quotes: 2026-11-23."""
        value = self._of(key, date, "a day such as 2026-11-23")
        if isinstance(value, datetime):  # to Python, an instant is a day
            raise RuleError(f"{self.name(key)} must be a day without a time")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._of(key, bool, "true or false")

    def _of(self, key: str, kind: type[V], meant: str) -> V:
        if key not in self.values:
            raise RuleError(f"{self.name(key)} is missing")
        value = self.values[key]
        if not isinstance(value, kind):
            raise RuleError(f"{self.name(key)} must be {meant}")
        return value
