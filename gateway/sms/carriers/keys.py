"""Reads what the tables of several kinds of carriers have in common: numbers, words, and secrets in files."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gateway.sms.carriers.port import PATIENCE
from plans.checked import RuleError, Section

W = TypeVar("W", bound=StrEnum)


def number(section: Section, key: str) -> float:
    """A number above 0."""
    value = section.values[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise RuleError(f"{section.name(key)} must be a number above 0")
    return float(value)


def word(words: type[W], section: Section, key: str) -> W:
    """One of a closed list of words."""
    try:
        return words(section.text(key))
    except ValueError:
        raise RuleError(f"{section.name(key)} takes {', '.join(words)}") from None


def secret(section: Section, key: str) -> str:
    """What stands in the file that a key names."""
    try:
        text = Path(section.text(key)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise RuleError(f"{section.name(key)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RuleError(f"{section.name(key)} names a file that is no text") from None
    if not (text.isascii() and text.isprintable() and text):
        raise RuleError(f"{section.name(key)} names a file that is empty, or holds more than one line of ASCII")
    return text


def optional_text(section: Section, key: str) -> str | None:
    """A text, where the key is given."""
    return section.text(key) if key in section.values else None


def optional_secret(section: Section, key: str) -> str | None:
    """A secret, where the key is given."""
    return secret(section, key) if key in section.values else None


def refuse_impatience(section: Section, **waits_s: float) -> None:
    """``RuleError`` where what a message may wait for at a carrier, one after the other, takes longer than any wait.

    It would be given up, and be in doubt, while it still waits for its turn or for an answer that is not overdue.
    """
    together, patience = sum(waits_s.values()), PATIENCE.total_seconds()
    if together >= patience:
        waits = " + ".join(f"{name} {seconds:g}" for name, seconds in waits_s.items())
        raise RuleError(
            f"{section.path}: {waits} are {together:g} s, and after {patience:g} s a message is in doubt: "
            f"lower one of them, so that they stay below {patience:g} s together"
        )
