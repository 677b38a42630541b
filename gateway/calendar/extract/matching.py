"""Every number in a normalised text, as strictly as the VALID leniency of libphonenumber, region after region."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from gateway.sms.numbers import Number, NumberProblem, judge
from plans.words import Reason

#: Groups of digits of one field that are read; a field with more is no appointment.
MOST_GROUPS = 500

_LEAST_DIGITS = 8
_MOST_DIGITS = 15  # E.164
_MOST_REMEMBERED = 16_384

#: What has no eight digits so close together has no number.
_ANY = re.compile(r"\d(?:[ .()/-]{0,3}\d){7}")

_GROUP = re.compile(r"(?:\+(?=[1-9]))?[0-9]+")
_GAP = re.compile(r"[ .()-]{1,3}")
_FIRST_GAP = re.compile(r"[ .()/-]{1,3}")  # Belgians and Germans set the area code apart with a slash

#: What makes digits after a number a count, a time or a price: 2 enfants, 30', 14:30, 45 €.
_COUNTED = re.compile(r" ?[^\W\d_]| ?[':€$£%°|]")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One number where it stands in a text."""

    start: int
    end: int
    e164: str
    judged: Number | NumberProblem
    grouped: bool  # typed in groups, as identifiers seldom are
    crowded: bool  # more digits of the same look stand beside it: it may be part of something longer


@dataclass(frozen=True, slots=True)
class _Reading:
    """What digits are, wherever they stand."""

    e164: str
    judged: Number | NumberProblem


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a region's numbers look like in national form."""

    code: str
    trunk: str  # "0", or nothing where the region has no trunk prefix that must be dialled
    lengths: frozenset[int]

    def fits(self, digits: str) -> bool:
        """Whether digits without a plus may be a number of the region: cheap, and never wrong about a no."""
        if digits.startswith(self.code) and len(digits.removeprefix(self.code).removeprefix("0")) in self.lengths:
            return True
        return digits.startswith(self.trunk) and len(digits) - len(self.trunk) in self.lengths


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    end: int
    digits: str  # with the plus before it


def sightings(text: str, regions: tuple[str, ...], *, sandbox: bool) -> list[Sighting]:
    """The numbers of ``text`` in order. Where two share digits, the first stays, unless only the second is mobile."""
    if not _ANY.search(text):
        return []
    return [each for run in _runs(text) for each in _in_run(text, run, regions, sandbox)]


def _runs(text: str) -> Iterator[list[_Group]]:
    """Groups of digits that nothing but separators keeps apart."""
    run: list[_Group] = []
    for match in islice(_GROUP.finditer(text), MOST_GROUPS):
        group = _Group(match.start(), match.end(), match[0])
        if run and not _FIRST_GAP.fullmatch(text, run[-1].end, group.start):
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _in_run(text: str, run: Sequence[_Group], regions: tuple[str, ...], sandbox: bool) -> list[Sighting]:
    found: list[Sighting] = []
    first = 0
    while first < len(run):
        last, reading = _longest(text, run, first, regions, sandbox)
        first += 1
        if reading is None:
            continue
        is_number = isinstance(reading.judged, Number)
        shares_digits = bool(found) and found[-1].end > run[first - 1].start
        if shares_digits and not is_number:
            continue
        if shares_digits:
            found.pop()
        found.append(_sighting(text, run, first - 1, last, reading))
        if is_number or _is_regular(text, run[first - 1 : last + 1]):
            first = last + 1
    return found


def _longest(
    text: str, run: Sequence[_Group], first: int, regions: tuple[str, ...], sandbox: bool
) -> tuple[int, _Reading | None]:
    """The longest number that begins with group ``first``, and its last group."""
    digits, ends = "", list[tuple[int, str]]()
    for last in range(first, len(run)):
        if last > first and (run[last].digits[0] == "+" or not _joins(text, run, first, last)):
            break
        digits += run[last].digits
        if len(digits) > _MOST_DIGITS + len("00"):
            break
        if len(digits) >= _LEAST_DIGITS:
            ends.append((last, digits))
    for last, written in reversed(ends):
        reading = _read(written, regions, sandbox)
        if reading is not None:
            return last, reading
    return first, None


def _joins(text: str, run: Sequence[_Group], first: int, last: int) -> bool:
    gap = _FIRST_GAP if last == first + 1 else _GAP
    return gap.fullmatch(text, run[last - 1].end, run[last].start) is not None


@lru_cache(maxsize=_MOST_REMEMBERED)
def _read(digits: str, regions: tuple[str, ...], sandbox: bool) -> _Reading | None:
    """What the digits are in the first region where they are a number at all."""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits[0] == "+":
        return _read_in(digits, None, sandbox)
    for region in regions:
        shape = _shape(region)
        if shape and shape.fits(digits) and (reading := _read_in(digits, region, sandbox)):
            return reading
    return None


def _read_in(digits: str, region: str | None, sandbox: bool) -> _Reading | None:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
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
    if metadata is None:
        return None
    trunk = "0" if metadata.national_prefix == "0" else ""
    possible = metadata.general_desc.possible_length if metadata.general_desc else ()
    lengths = frozenset(length for length in possible if length + len(trunk) >= _LEAST_DIGITS)
    return _Shape(str(metadata.country_code), trunk, lengths)


def _sighting(text: str, run: Sequence[_Group], first: int, last: int, reading: _Reading) -> Sighting:
    return Sighting(
        run[first].start,
        run[last].end,
        reading.e164,
        reading.judged,
        grouped=last > first,
        crowded=last > first and _is_crowded(text, run, first, last),
    )


def _is_crowded(text: str, run: Sequence[_Group], first: int, last: int) -> bool:
    """Whether pairs of digits go on before or after a grouped number as they do within it."""
    before, own, after = run[max(first - 2, 0) : first], _gap(text, run, last), run[last + 1 :]
    if len(before) == 2 and all(len(each.digits) == 2 for each in before) and _gap(text, run, first) == own:
        return True
    if not after or len(after[0].digits) > 2 or sum(len(each.digits) for each in after) >= _LEAST_DIGITS:
        return False
    return _gap(text, run, last + 1) in (own, "/") and not _COUNTED.match(text, run[-1].end)


def _gap(text: str, run: Sequence[_Group], index: int) -> str:
    """What stands between a group and the one before it."""
    return text[run[index - 1].end : run[index].start]


def _is_regular(text: str, groups: Sequence[_Group]) -> bool:
    """Whether a number has one separator throughout, or none."""
    return len({_gap(text, groups, index) for index in range(1, len(groups))}) <= 1
