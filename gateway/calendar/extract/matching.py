"""Every number in a normalised text, as strictly as the VALID leniency of libphonenumber, region after region."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from gateway.calendar.extract.lookalikes import is_in_link_or_address
from gateway.calendar.extract.runs import LEAST_DIGITS, Run, runs
from gateway.sms.numbers import Line, Number, NumberProblem, judge
from plans.words import Reason

_MOST_REMEMBERED = 16_384

#: What has no eight digits so close together has no number.
_ANY = re.compile(r"[0-9](?:[ .()/-]{0,3}[0-9]){7}")

#: What makes nine digits a number whose trunk zero a spreadsheet swallowed.
_PAIRS_AFTER_ONE = [1, 2, 2, 2, 2]
_PHONE = re.compile(r"(?:t[ée]l[a-zé]*|port[a-z]*|mob[a-z]*|gsm|natel|cell[a-z]*|phone)[ .:=(]{0,3}\Z", re.IGNORECASE)
_LONGEST_WORD = 20


class Sighting(NamedTuple):
    """One number where it stands in a text."""

    start: int
    end: int
    e164: str
    judged: Number | NumberProblem
    grouped: bool  # typed in groups, as identifiers seldom are
    crowded: bool  # more digits of the same look stand beside it: it may be part of something longer
    tied_from: int  # where the digits begin to which a dash, dot or slash ties it: ``start`` where none does

    @property
    def is_tied(self) -> bool:
        """Whether more digits are tied to the number."""
        return self.tied_from < self.start

    @property
    def plainly_mobile(self) -> bool:
        """Whether the number alone tells that no conference answers it: bridges are fixed, toll-free or shared cost."""
        return isinstance(self.judged, Number) and self.judged.line is not Line.FIXED_OR_MOBILE


@dataclass(frozen=True, slots=True)
class _Reading:
    """What digits are, wherever they stand."""

    e164: str
    judged: Number | NumberProblem


_Read = Callable[[str], _Reading | None]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a region's numbers look like in national form."""

    code: str
    trunk: str  # "0", or nothing where the region has no trunk prefix that must be dialled
    lengths: frozenset[int]
    plain: bool  # nothing but the trunk zero may stand before a national number

    def fits(self, digits: str) -> bool:
        """Whether digits without a plus may be a number of the region: cheap, and never wrong about a no."""
        if digits.startswith(self.code) and len(digits.removeprefix(self.code).removeprefix("0")) in self.lengths:
            return True
        return digits.startswith(self.trunk) and len(digits) - len(self.trunk) in self.lengths

    def parse(self, digits: str, region: str) -> phonenumbers.PhoneNumber | None:
        """The number; the plain way is what libphonenumber would find in ten times the time."""
        if self.plain and digits[0] == "0" and digits[1] != "0":
            return phonenumbers.PhoneNumber(int(self.code), int(digits))
        return _parse(digits, region)


def sightings(text: str, regions: tuple[str, ...], *, sandbox: bool) -> list[Sighting]:
    """The numbers of ``text`` in order. Where two share digits, the first stays, unless only the second is mobile."""
    if not _ANY.search(text):
        return []

    def read(digits: str) -> _Reading | None:
        return _read(digits, regions, sandbox)

    found = (each for run in runs(text) for each in (_in_run(run, read) or _without_zero(run, read)))
    return [each for each in found if not is_in_link_or_address(text, each.start, each.end)]


def _in_run(run: Run, read: _Read) -> list[Sighting]:
    found: list[Sighting] = []
    first = 0
    while first < len(run.groups):
        last, reading = _longest(run, first, read)
        if reading and _may_stand(run.groups[first].start(), reading, found):
            taken = found[-1].end if found else 0
            rivalled = _has_rival(run, first, last, read)
            found.append(_sighting(run, first, last, reading, taken=taken, rivalled=rivalled))
            if isinstance(reading.judged, Number) or run.is_regular(first, last):
                first = last
        first += 1
    return found


def _has_rival(run: Run, first: int, last: int, read: _Read) -> bool:
    """Whether a number that nothing marks as the beginning of one shares digits with another: 2026 202 555 0123."""
    if last + 1 == len(run.groups) or run.groups[first][0][0] in "+0":
        return False
    rivals = (_longest(run, other, read) for other in range(first + 1, last + 1))
    return any(reading and end > last for end, reading in rivals)


def _may_stand(start: int, reading: _Reading, found: list[Sighting]) -> bool:
    """Whether a number shares no digits with the one before it; a mobile one takes the place of one that is not."""
    if not found or found[-1].end <= start:
        return True
    if isinstance(reading.judged, NumberProblem):
        return False
    found.pop()
    return True


def _longest(run: Run, first: int, read: _Read) -> tuple[int, _Reading | None]:
    """The longest number that begins with a group, and its last group."""
    for last, digits in run.readings(first):
        reading = read(digits)
        if reading:
            return last, reading
    return first, None


def _without_zero(run: Run, read: _Read) -> list[Sighting]:
    """A number without its trunk zero: in pairs after its first digit, or behind a word for phone."""
    sizes, start = [len(each[0]) for each in run.groups], run.groups[0].start()
    if sum(sizes) != sum(_PAIRS_AFTER_ONE):
        return []
    if sizes != _PAIRS_AFTER_ONE and not _PHONE.search(run.text, max(start - _LONGEST_WORD, 0), start):
        return []
    reading = read("0" + "".join(each[0] for each in run.groups))
    if reading is None or isinstance(reading.judged, NumberProblem):
        return []
    return [_sighting(run, 0, len(sizes) - 1, reading, taken=0, rivalled=False)]


def _sighting(run: Run, first: int, last: int, reading: _Reading, *, taken: int, rivalled: bool) -> Sighting:
    return Sighting(
        run.groups[first].start(),
        run.groups[last].end(),
        reading.e164,
        reading.judged,
        grouped=last > first,
        crowded=rivalled or run.is_crowded(first, last),
        tied_from=run.tied_from(first, last, taken),
    )


@lru_cache(maxsize=_MOST_REMEMBERED)
def _read(digits: str, regions: tuple[str, ...], sandbox: bool) -> _Reading | None:
    """What the digits are in the first region where they are a number at all."""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits[0] == "+":
        return _judged(_parse(digits, None), sandbox)
    for region in regions:
        shape = _shape(region)
        if shape and shape.fits(digits) and (reading := _judged(shape.parse(digits, region), sandbox)):
            return reading
    return None


def _parse(digits: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None


def _judged(number: phonenumbers.PhoneNumber | None, sandbox: bool) -> _Reading | None:
    if number is None:
        return None
    judged = judge(number, sandbox=sandbox)
    if isinstance(judged, Number):
        return _Reading(judged.e164, judged)
    if judged.reason is Reason.NUMBER_INVALID:
        return None
    return _Reading(phonenumbers.format_number(number, PhoneNumberFormat.E164), judged)


@cache
def _shape(region: str) -> _Shape | None:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.general_desc is None:
        return None
    trunk = "0" if metadata.national_prefix == "0" else ""
    lengths = (length for length in metadata.general_desc.possible_length if length + len(trunk) >= LEAST_DIGITS)
    return _Shape(str(metadata.country_code), trunk, frozenset(lengths), metadata.national_prefix_for_parsing == "0")
