"""Whether the settings of a calendar make sense, and the same settings as they are kept."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from typing import TypeVar

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from gateway.accounts import addresses
from gateway.accounts.refusals import Refused
from gateway.accounts.senders import checked_display
from gateway.calendar.calendars import Calendar
from gateway.calendar.extract import Field
from gateway.calendar.reading import regions_of
from gateway.calendar.settings import CalendarSettings, Reading, schedule_of
from gateway.calendar.wording import Practice, parse_template
from gateway.calendar.words import Provider
from gateway.sms.numbers import MAX_LENGTH

R = TypeVar("R", bound=Reading)

_MOST_NUMBERS = 500
_MOST_REGIONS = 20
_MINUTES = range(24 * 60 + 1)
_DAYS = range(1, 3651)
_LEAST_DIGITS = 8  # of a whole number

_TRUNK_ZERO = "(0)"
_SIGNS = str.maketrans("", "", " .-/")


def check(settings: CalendarSettings, calendar: Calendar) -> CalendarSettings:
    """The settings as they are kept, where each makes sense; else ``Refused``."""
    _check_wording(settings, calendar)
    _check_times(settings)
    if settings.write_back and not calendar.settings.write_back:
        _check_writing(calendar)
    return replace(
        check_reading(settings, calendar.reading, calendar.country),
        name=settings.name or None,
        display=settings.display or None,
        notify=_address(settings.notify) if settings.notify else None,
    )


def check_reading(chosen: R, account: Reading, country: str) -> R:
    """How numbers are found as it is kept, where it makes sense; else ``Refused``.

    ``account``: what holds where it says nothing, and the account's country where that says nothing either.
    """
    fields = chosen.field_order or ()
    if not set(fields) <= set(Field) or len(set(fields)) != len(fields):
        raise Refused("These are no fields of an event.", f"Name some of {', '.join(Field)}, each once.")
    if len(chosen.extra_regions or ()) > _MOST_REGIONS:
        raise Refused(f"Numbers are read in {_MOST_REGIONS} extra regions at the most.", "Leave some out.")
    regions = regions_of(chosen.within(account), country)
    return replace(
        chosen,
        default_region=chosen.default_region or None,
        extra_regions=chosen.extra_regions or None,
        field_order=fields or None,
        own=_numbers(chosen.own, regions, beginnings=False),
        blocked=_numbers(chosen.blocked, regions, beginnings=True),
    )


def _check_wording(settings: CalendarSettings, calendar: Calendar) -> None:
    if settings.template is not None:
        parse_template(settings.template)
    if settings.name:
        Practice(settings.name)  # a reminder that cannot say who sends it would never leave
    checked_display(settings.display or None, calendar.country)


def _check_times(settings: CalendarSettings) -> None:
    if len(settings.hours) != 7:
        raise Refused("A week has seven days.", "Give hours for all at once, or for each with commas.")
    if settings.settle_min not in _MINUTES or settings.least_min not in _MINUTES:
        raise Refused("A day is the longest wait.", "Give minutes from 0 to 1440.")
    if settings.keep_days not in _DAYS:
        raise Refused("Events can be remembered for 1 to 3650 days.", "Give a number of days.")
    try:
        time.fromisoformat(settings.all_day)
        week = schedule_of(settings, None).hours
    except ValueError:
        raise Refused("This is no hour of the day.", 'Write "08:00-20:00", or "12:00".') from None
    if any(day is not None and day.opens >= day.closes for day in week):
        raise Refused("These hours end before they begin: no reminder would ever leave.", 'Write "08:00-20:00".')
    if not any(week):
        raise Refused("No day has any hours: no reminder would ever leave.", 'Write "08:00-20:00".')


def _check_writing(calendar: Calendar) -> None:
    """``Refused`` where nothing can be written in a calendar, with what would have to be done."""
    if calendar.provider is Provider.ICS:
        raise Refused(
            f"{calendar.name} is a published file, which can only be read.",
            "Link the calendar itself: at Google, at Outlook, or by CalDAV.",
        )
    if not calendar.writes:
        raise Refused(
            f"The owner of {calendar.name} lets us read it and nothing else.",
            f"`gateway calendar link ACCOUNT {calendar.provider} --write` makes a link that asks for more.",
        )
    if not calendar.writable:
        raise Refused(
            f"{calendar.name} is shared with the user who linked it to be looked at only.",
            "Have it shared with leave to change events, then run `gateway calendar sync`.",
        )


def _address(written: str) -> str:
    found = addresses.address(written)
    if found is None:
        raise Refused("News can go to no such address.", 'Write one like "office@clinic.example".')
    return found


def _numbers(written: Iterable[str], regions: Iterable[str], *, beginnings: bool) -> tuple[str, ...]:
    """Numbers in the forms in which those of events are compared with them; ``beginnings`` lets the first digits do.

    What is written in national form may be of any region in which events are read.
    """
    found: list[str] = []
    for each in written:
        forms = _wholes(each, regions) or (_beginnings(each, regions) if beginnings else [])
        if not forms:
            raise Refused(f'"{each[:MAX_LENGTH]}" is no telephone number.', 'Write it like "+33 1 99 00 12 34".')
        found += forms
    if len(found) > _MOST_NUMBERS:
        raise Refused(f"{_MOST_NUMBERS} such numbers are kept at the most.", "Leave some out.")
    return tuple(dict.fromkeys(found))


def _wholes(written: str, regions: Iterable[str]) -> list[str]:
    """The number in E.164, whatever line it is of: in the first region that may have it, and in those that do."""
    digits = _digits(written)
    if len(digits) < _LEAST_DIGITS:
        return []
    parsed = filter(None, (_parsed(digits, each) for each in regions))
    possible = [each for each in parsed if phonenumbers.is_possible_number(each)]
    kept = [*possible[:1], *filter(phonenumbers.is_valid_number, possible[1:])]
    return [phonenumbers.format_number(each, PhoneNumberFormat.E164) for each in kept]


def _parsed(digits: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None


def _beginnings(written: str, regions: Iterable[str]) -> list[str]:
    """How numbers in E.164 begin that begin so, written with the country or with the trunk zero of the regions."""
    digits = _digits(written)
    if digits.startswith("+"):
        return [digits] if digits[1:].isdecimal() else []
    return [each for region in regions if digits.isdecimal() and (each := _beginning(digits, region))]


def _beginning(digits: str, region: str) -> str | None:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return None
    trunk = metadata.national_prefix or ""
    rest = digits.removeprefix(trunk)
    return f"+{metadata.country_code}{rest}" if rest and digits.startswith(trunk) else None


def _digits(written: str) -> str:
    """The digits and the plus before them, without what only makes them easier to read."""
    plain = written[:MAX_LENGTH].replace(_TRUNK_ZERO, "").translate(_SIGNS)
    return f"+{plain[2:]}" if plain.startswith("00") else plain
