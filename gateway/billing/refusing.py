"""Puts a refusal of ``plans`` into words and raises it, as every command understands it."""

from functools import cache

from gateway.accounts.refusals import Refused
from gateway.settings import read_config
from gateway.wording import Language
from plans import refusals


def check(refused: refusals.Refused | None, language: Language = Language.EN) -> None:
    """Raise ``Refused`` with text and cure where ``plans`` refuses; the words are in ``config/refusals.*.toml``."""
    if refused is not None:
        raise worded(refused, language)


def worded(refused: refusals.Refused, language: Language = Language.EN) -> Refused:
    """A refusal of ``plans`` as what to raise."""
    words = _words(language)[refused.why]
    text = words["text_one"] if refused.facts.get("limit") == 1 else words["text"]
    return Refused(text.format(**refused.facts), words["cure"].format(**refused.facts))


@cache
def _words(language: Language) -> dict[str, dict[str, str]]:
    return read_config(f"refusals.{language}.toml")
