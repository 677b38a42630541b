"""What people read, in French and English: the words of every reason and the phrases of letters."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from unicodedata import normalize

from gateway.settings import config_file
from plans.words import Reason

_SMTP_LINE = 400  # characters: a reply line may hold 512 octets with code and CRLF (RFC 5321, 4.5.3.1.5)

#: What letters without their accents are not.
_IN_ASCII = str.maketrans({"\u2019": "'", "«": '"', "»": '"', "œ": "oe", "Œ": "OE", "\u2013": "-", "\u2014": "-"})


class Language(StrEnum):
    """The languages that people are answered in."""

    EN = "en"
    FR = "fr"


class WordingError(Exception):
    """A wording file lacks a key or has one too many; the text names them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What happened, and what to do about it."""

    text: str
    cure: str


@dataclass(frozen=True, slots=True)
class Wording:
    """All the words in every language; made by ``from_texts`` or ``read_wording``, which check that none is missing."""

    _reasons: Mapping[tuple[Language, Reason], Words]
    _phrases: Mapping[tuple[Language, str], str]

    @classmethod
    def from_texts(cls, texts: Mapping[Language, str]) -> "Wording":
        """Build from the TOML text of each language; raises ``WordingError`` where the files do not match."""
        documents = {language: tomllib.loads(texts[language]) for language in Language}
        reasons = {(language, each): _words(documents, language, each) for language in Language for each in Reason}
        phrases = {
            (language, key): phrase for language in Language for key, phrase in documents[language]["phrase"].items()
        }
        _check_same_keys(documents)
        return cls(MappingProxyType(reasons), MappingProxyType(phrases))

    def reason(self, reason: Reason, language: Language) -> Words:
        """The words of a reason for a letter or a screen."""
        return self._reasons[language, reason]

    def smtp_line(self, reason: Reason, language: Language) -> str:
        """The words of a reason as one line of ASCII, fit for an SMTP reply after its codes: accents are left out."""
        words = self._reasons[language, reason]
        plain = normalize("NFKD", f"{words.text} {words.cure}".translate(_IN_ASCII))
        return plain.encode("ascii", "ignore").decode()[:_SMTP_LINE]

    def phrase(self, key: str, language: Language, **values: object) -> str:
        """The phrase ``key`` with its braces filled in; an unknown key or a missing value is a bug and raises."""
        return self._phrases[language, key].format(**values)


@cache
def read_wording() -> Wording:
    """The words of ``config/wording.*.toml``, read once."""
    return Wording.from_texts(
        {language: config_file(f"wording.{language}.toml").read_text(encoding="utf-8") for language in Language}
    )


def _words(
    documents: Mapping[Language, Mapping[str, Mapping[str, Mapping[str, str]]]], language: Language, reason: Reason
) -> Words:
    try:
        entry = documents[language]["reason"][reason.value]
        return Words(entry["text"], entry["cure"])
    except KeyError as missing:
        raise WordingError(f"wording.{language}.toml lacks {missing} of [reason.{reason.value}]") from None


def _check_same_keys(documents: Mapping[Language, Mapping[str, Mapping[str, object]]]) -> None:
    for table in ("reason", "phrase"):
        keys = {language: set(documents[language][table]) for language in Language}
        if unmatched := keys[Language.EN] ^ keys[Language.FR]:
            raise WordingError(f"only one language has [{table}] {', '.join(sorted(unmatched))}")
