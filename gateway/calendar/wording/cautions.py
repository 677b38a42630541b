"""What a client should know of its template before it is used: soft warnings, never a refusal."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from gateway.accounts.words import Encoding
from gateway.calendar.wording.rendering import Practice, Style, Visit, render
from gateway.calendar.wording.templates import Template, Variable, needs, spelt
from gateway.calendar.wording.texts import read_texts
from gateway.sms.gsm import outside
from gateway.sms.segments import encode
from gateway.sms.words import Alphabet
from gateway.wording import Language, Wording


class Caution(StrEnum):
    """What there is to warn of; the words for people are phrases of ``config/wording.*.toml``."""

    UNICODE = "unicode"  # characters that more than halve the room of a part
    PARTS = "parts"  # more than one part, on some day of the year
    SENSITIVE = "sensitive"  # words that may tell something of health or belief (terms, articles 8 and S6)
    EVENT_TEXT = "event_text"  # whatever somebody types into an event goes out
    NO_NAME = "no_name"  # nobody can tell who writes (terms, special term 4)
    NO_CONTACT = "no_contact"
    NO_DAY = "no_day"  # it does not say when


@dataclass(frozen=True, slots=True)
class Cautioned:
    """A warning, with the characters, words, variable or number of parts that it is about."""

    caution: Caution
    about: str

    def words(self, wording: Wording, language: Language) -> str:
        """The warning in people's words."""
        return wording.phrase(f"reminder_caution_{self.caution}", language, about=self.about)


def cautions(template: Template, practice: Practice, style: Style, encoding: Encoding) -> list[Cautioned]:
    """Everything worth a warning; the parts are those of the longest day of the year, at half past two."""
    texts = [render(template, [visit], practice, style, _JANUARY) for visit in _of_every_month(style.language)]
    encoded = [encode(text, encoding) for text in texts]
    longest = max(len(each.parts) for each in encoded)
    unicode = [each.text for each in encoded if each.alphabet is Alphabet.UCS2]
    found = {
        Caution.UNICODE: outside("".join(unicode)),
        Caution.PARTS: str(longest) if longest > 1 else "",
        Caution.SENSITIVE: ", ".join(sensitive(f"{template.literal} {practice.name}", style.language)),
        Caution.EVENT_TEXT: ", ".join(sorted(needs(template))),
    }
    said = template.variables
    if Variable.NAME not in said and not _mentions(template.literal, practice.name):
        found[Caution.NO_NAME] = spelt(Variable.NAME, style.language)
    if Variable.CONTACT not in said or not practice.contact:
        found[Caution.NO_CONTACT] = spelt(Variable.CONTACT, style.language)
    if not said & {Variable.DAY, Variable.DATE, Variable.APPOINTMENTS}:
        found[Caution.NO_DAY] = spelt(Variable.DAY, style.language)
    return [Cautioned(caution, about) for caution, about in found.items() if about]


def sensitive(text: str, language: Language) -> tuple[str, ...]:
    """The words of a text that may tell something of health, belief or private life, without capitals and accents."""
    plain = _plain(text)
    return tuple(dict.fromkeys(found[0] for found in _pattern(language).finditer(plain)))


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    words = read_texts(language).sensitive
    return re.compile(r"\b(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) + r")\b")


def _plain(text: str) -> str:
    """Small letters without accents."""
    decomposed = unicodedata.normalize("NFD", text[:_MOST_READ].casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _mentions(text: str, name: str) -> bool:
    return _plain(name) in _plain(text)


_MOST_READ = 4000
_ZONE = ZoneInfo("Europe/Paris")
_JANUARY = datetime(2027, 1, 1, 12, tzinfo=_ZONE)


def _of_every_month(language: Language) -> list[Visit]:
    """An appointment in each month, on the weekday with the longest name in either language, and on a first."""
    words = read_texts(language).sample
    days = [(month, day) for month in range(1, 13) for day in (1, *range(22, 29))]
    return [
        Visit(
            datetime(2027, month, day, 14, 30, tzinfo=_ZONE),
            _ZONE,
            title=words.title,
            location=words.location,
            description=words.description,
        )
        for month, day in days
    ]
