"""From a number as people write it to the one form that networks take, and the destination it belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from plans.words import Reason

#: Longer than any number with all its separators; what is longer is refused unread.
MAX_LENGTH = 32

#: Numbers kept parsed: about 8 MB when full.
_REMEMBERED = 16_384

#: Digits in ASCII only, each with at most one separator before it. Arabic-Indic digits, letters and signs are refused:
#: whoever reads the number must see the number that is called.
_WRITTEN = re.compile(r"\+?[0-9](?:[ .-]?[0-9])*")

#: The trunk zero that a French letterhead puts between country code and number: +33 (0)6 12 34 56 78.
_TRUNK_ZERO = re.compile(r"\A((?:\+|00)[1-9][0-9]{0,2}) ?\(0\) ?")

_SEPARATORS = str.maketrans("", "", " .-")

#: France and its overseas territories dial one another in national form, although each has a calling code of its own.
_FRENCH = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "NC", "PF", "WF", "BL", "MF")

#: Reserved for fiction by the French regulator (Arcep, decision 2018-0881): 06 39 98 xx xx rings nobody.
_FICTIONAL = "+3363998"

_MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


class Line(StrEnum):
    """What kind of line a number is, as far as the number tells."""

    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"  # countries such as the USA, where the number does not tell
    SANDBOX = "sandbox"  # a fictional number that only the sandbox carrier serves


class Number(NamedTuple):
    """A number that can take an SMS."""

    e164: str
    destination: str  # ISO 3166 of the country or overseas territory
    line: Line


@dataclass(frozen=True, slots=True)
class NumberProblem:
    """Why a text is no number that can take an SMS."""

    reason: Reason


def known(e164: str, destination: str) -> Number:
    """A number that was read and judged before, out of the row that kept it: nothing is looked up again."""
    return Number(e164, destination, Line.SANDBOX if is_fictional(e164) else Line.MOBILE)


def is_fictional(e164: str) -> bool:
    """Whether a number that was read belongs to nobody but the sandbox."""
    return e164.startswith(_FICTIONAL)


def parse(text: str, country: str, *, sandbox: bool = False) -> Number | NumberProblem:
    """Read a number written in national form (of ``country``, then of its overseas family) or international form.

    ``0612345678``, ``+33612345678``, ``33612345678`` and ``0033612345678`` are the same, with single spaces, dots or
    dashes between digits, and with ``(0)`` after the country code. ``country`` is ISO 3166. ``sandbox`` lets the
    fictional French mobiles through. Problems: NUMBER_INVALID, NUMBER_LANDLINE, NUMBER_NOT_MOBILE.
    """
    if len(text) > MAX_LENGTH:  # before the cache, which would keep it
        return NumberProblem(Reason.NUMBER_INVALID)
    return _parse(text, country, sandbox)


@lru_cache(maxsize=_REMEMBERED)
def _parse(text: str, country: str, sandbox: bool) -> Number | NumberProblem:
    written = _TRUNK_ZERO.sub(r"\1", text)
    if not _WRITTEN.fullmatch(written):
        return NumberProblem(Reason.NUMBER_INVALID)
    problem = NumberProblem(Reason.NUMBER_INVALID)
    for reading in _readings(written.translate(_SEPARATORS), country):
        found = judge(reading, sandbox=sandbox)
        if isinstance(found, Number):
            return found
        if problem.reason is Reason.NUMBER_INVALID:  # the first reading that is a number at all tells why not
            problem = found
    return problem


def _readings(digits: str, country: str) -> Iterator[phonenumbers.PhoneNumber]:
    """Every number that the digits may stand for, the likeliest first."""
    for written, region in _spellings(digits, country):
        try:
            yield phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue


def _spellings(digits: str, country: str) -> list[tuple[str, str | None]]:
    if digits.startswith("+"):
        return [(digits, None)]
    if digits.startswith("00"):
        return [("+" + digits[2:], None)]
    return [*((digits, region) for region in _family(country)), ("+" + digits, None)]


def _family(country: str) -> tuple[str, ...]:
    if country not in _FRENCH:
        return (country,)
    return (country, *(region for region in _FRENCH if region != country))


def judge(number: phonenumbers.PhoneNumber, *, sandbox: bool) -> Number | NumberProblem:
    """Whether a number that was read can take an SMS; ``sandbox`` and the problems are those of ``parse``."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if sandbox and e164.startswith(_FICTIONAL) and len(e164) == len("+33639980000"):
        return Number(e164, "FR", Line.SANDBOX)
    destination = phonenumbers.region_code_for_number(number)
    kind = phonenumbers.number_type(number)  # UNKNOWN is what is no valid number
    if destination is None or kind == PhoneNumberType.UNKNOWN:
        return NumberProblem(Reason.NUMBER_INVALID)
    if kind == PhoneNumberType.FIXED_LINE:
        return NumberProblem(Reason.NUMBER_LANDLINE)
    if kind not in _MOBILE_TYPES or not destination.isalpha():  # 001 is a satellite phone: no country, no rate
        return NumberProblem(Reason.NUMBER_NOT_MOBILE)
    return Number(e164, destination, Line.MOBILE if kind == PhoneNumberType.MOBILE else Line.FIXED_OR_MOBILE)
