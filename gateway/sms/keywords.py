"""What an answer of one word means, in the languages of the phone's country; everything else is a message.

Only a text that is such a word, and nothing else, counts: who writes a sentence gets a person to read it.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from gateway.settings import read_config
from gateway.sms.words import Meaning
from gateway.wording import Language
from plans.checked import RuleError, Section

#: What is longer holds no single word, and is not looked at.
_LONGEST = 160

_KINDS = (Meaning.STOP, Meaning.START, Meaning.HELP, Meaning.CONFIRM, Meaning.CANCEL)  # the first that fits

#: Means something to a reminder alone.
TO_REMINDERS = frozenset({Meaning.CONFIRM, Meaning.CANCEL})

_SHORT_CODE = re.compile(r"[0-9]{5}")  # people repeat the code that they write to: "stop 36111"

#: A variation selector says how the sign before it looks, U+20E3 puts a box around a digit: no words of their own.
_LOOKS = re.compile("[\ufe00-\ufe0f\u20e3]")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language."""

    meanings: Mapping[Phrase, Meaning]
    courtesies: tuple[Phrase, ...]  # the longest first


@dataclass(frozen=True, slots=True)
class Keywords:
    """All vocabularies, and which of them count where."""

    vocabularies: Mapping[Language, Vocabulary]
    destinations: Mapping[str, tuple[Language, ...]]  # by ISO 3166; a country that is not named gets them all

    def languages(self, destination: str) -> tuple[Language, ...]:
        """The languages of a country, its own first."""
        return self.destinations.get(destination, tuple(self.vocabularies))


def meaning_of(text: str, destination: str, keywords: Keywords, *, to_reminder: bool) -> Meaning:
    """What a text says; ``TEXT`` for everything that is no keyword.

    ``to_reminder``: it answers a reminder, so that words which confirm or cancel count.
    """
    words = words_of(text)
    spoken = [keywords.vocabularies[each] for each in keywords.languages(destination)]
    known = {_meaning(words, each) for each in spoken}
    heard = known if to_reminder else known - TO_REMINDERS
    return next((each for each in _KINDS if each in heard), Meaning.TEXT)


def words_of(text: str) -> Phrase:
    """The words in the plainest spelling: no case, accents or punctuation, each said once; empty where it is long.

    What is spelt letter by letter is one word.
    """
    if len(text) > _LONGEST:
        return ()
    plain = unicodedata.normalize("NFKD", _LOOKS.sub("", text)).casefold()
    words = "".join(map(_spaced, plain)).split()
    if len(words) > 1 and all(len(each) == 1 and each.isalpha() for each in words):  # S.T.O.P.
        return ("".join(words),)
    return tuple(word for word, _ in groupby(words))


def _spaced(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LN":
        return character
    if category == "So":  # a sign such as a thumb is a word of its own
        return f" {character} "
    return "" if category in {"Mn", "Cf", "Sk"} else " "


def _meaning(words: Phrase, vocabulary: Vocabulary) -> Meaning:
    said = _without(words, vocabulary.courtesies)
    if len(said) > 1 and _SHORT_CODE.fullmatch(said[-1]) and vocabulary.meanings.get(said[:-1]) is Meaning.STOP:
        return Meaning.STOP
    return vocabulary.meanings.get(said, Meaning.TEXT)


def _without(words: Phrase, courtesies: Collection[Phrase]) -> Phrase:
    """Without the courtesies at both ends; what is nothing but courtesy stays."""
    left = words
    while left:
        opening = next((each for each in courtesies if left[: len(each)] == each), None)
        closing = next((each for each in courtesies if left[-len(each) :] == each), None)
        if opening is None and closing is None:
            return left
        left = left[len(opening) :] if opening else left[: -len(closing or ())]
    return words


def keywords_from(document: Mapping[str, object]) -> Keywords:
    """Read keywords.toml; ``RuleError`` names what is missing, wrong, or means two things."""
    root = Section(document)
    root.only({"destinations", *Language})
    countries = root.section("destinations")
    return Keywords(
        {each: _vocabulary(root.section(each)) for each in Language},
        {country: _languages(countries, country) for country in countries.values},
    )


@cache
def read_keywords() -> Keywords:
    """The words of ``config/keywords.toml``, read once."""
    return keywords_from(read_config("keywords.toml"))


def _vocabulary(section: Section) -> Vocabulary:
    section.only({*_KINDS, "courtesies"})
    meanings: dict[Phrase, Meaning] = {}
    for kind in _KINDS:
        for phrase in map(words_of, section.texts(kind)):
            if not phrase or phrase in meanings:
                raise RuleError(f"{section.name(kind)}: {' '.join(phrase)!r} says nothing, or is said twice")
            meanings[phrase] = kind
    courtesies = {words_of(each) for each in section.texts("courtesies")} - {()}
    return Vocabulary(meanings, tuple(sorted(courtesies, key=len, reverse=True)))


def _languages(countries: Section, country: str) -> tuple[Language, ...]:
    try:
        return tuple(map(Language, countries.texts(country)))
    except ValueError:
        raise RuleError(f"{countries.name(country)} names a language that nobody speaks here") from None
