"""From iCalendar text to occurrences: zones, series, exceptions, and what makes no sense."""

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.feeds.ics.expansion import expand
from gateway.calendar.feeds.ics.wire import from_words, to_words
from gateway.calendar.feeds.port import FeedError, FeedEvent
from gateway.calendar.words import EventStatus
from tests.calendar.feeds.ics.texts import WINDOW, ZONE, calendar, event

NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)  # 09:00 in Paris
PARIS = ";TZID=Europe/Paris:"


def events(*texts: str, head: str = "") -> list[FeedEvent]:
    return sorted(expand(calendar(*texts, head=head), WINDOW, ZONE).events, key=lambda each: str(each.start))


def starts(*texts: str, head: str = "") -> list[datetime | date]:
    return [each.start for each in events(*texts, head=head)]


def test_an_event_keeps_its_texts_its_booking_time_and_its_name_on_every_copy() -> None:
    told = {"LOCATION": ":Room", "DESCRIPTION": ":06 39 98 12 34\\nthanks", "CREATED": ":20261101T080000Z"}
    (found,) = events(event("visit@x", f"{PARIS}20261126T090000", **told))
    assert (found.event_id, found.uid, found.original_start, found.start) == ("visit@x", "visit@x", "", NINE)
    assert (found.title, found.location, found.description) == ("Visit", "Room", "06 39 98 12 34\nthanks")
    assert (found.created_at, found.zone) == (datetime(2026, 11, 1, 8, tzinfo=UTC), ZONE)


def test_letters_of_windows_are_read_as_such() -> None:
    text = calendar(event(SUMMARY=":Hélène, coupe à 40 €"), head="X-WR-CALNAME:Été")
    for each in (text, text.decode().encode("cp1252")):
        found = expand(each, WINDOW, ZONE)
        assert (found.events[0].title, found.name) == ("Hélène, coupe à 40 €", "Été")


def test_a_weekly_series_keeps_its_hour_over_a_clock_change() -> None:
    text = calendar(event(start=f"{PARIS}20261020T090000", RRULE=":FREQ=WEEKLY;COUNT=2"))
    window = type(WINDOW)(datetime(2026, 10, 19, tzinfo=UTC), WINDOW.end)
    found = [each.start for each in expand(text, window, ZONE).events]
    assert found == [datetime(2026, 10, 20, 7, tzinfo=UTC), datetime(2026, 10, 27, 8, tzinfo=UTC)]


def test_an_occurrence_that_was_moved_keeps_the_name_of_its_place() -> None:
    moved = event(start=f"{PARIS}20261127T110000", RECURRENCE_ID=f"{PARIS}20261126T090000")
    series = event(start=f"{PARIS}20261119T090000", RRULE=":FREQ=WEEKLY;COUNT=3")
    found = {each.original_start: each.start for each in events(series, moved)}
    assert found == {
        "20261126T080000Z": datetime(2026, 11, 27, 10, tzinfo=UTC),
        "20261203T080000Z": datetime(2026, 12, 3, 8, tzinfo=UTC),
    }


@pytest.mark.parametrize("place", [":20261126T080000Z", ";VALUE=DATE:20261126", ":20261126T090000"])
def test_a_moved_occurrence_stands_in_no_second_place_however_its_first_one_is_written(place: str) -> None:
    """A client who is told of both would come at the wrong hour."""
    moved = event(start=f"{PARIS}20261126T110000", RECURRENCE_ID=place)
    series = event(start=f"{PARIS}20261126T090000", RRULE=":FREQ=WEEKLY;COUNT=2")
    found = {each.original_start: each.start for each in events(series, moved)}
    assert found == {
        "20261126T080000Z": datetime(2026, 11, 26, 10, tzinfo=UTC),
        "20261203T080000Z": datetime(2026, 12, 3, 8, tzinfo=UTC),
    }


@pytest.mark.parametrize("place", [f"{PARIS}20261126T090000", ":20261126T080000Z"])
def test_occurrences_that_were_moved_together_keep_a_name_each(place: str) -> None:
    """Under one name all but the last of them would be lost."""
    series = event(start=f"{PARIS}20261119T090000", RRULE=":FREQ=WEEKLY;COUNT=4")
    later = event(start=f"{PARIS}20261126T100000", RECURRENCE_ID=f";RANGE=THISANDFUTURE{place}")
    found = {each.original_start: each.start for each in events(series, later)}
    assert found == {
        "20261126T080000Z": datetime(2026, 11, 26, 9, tzinfo=UTC),
        "20261203T080000Z": datetime(2026, 12, 3, 9, tzinfo=UTC),
        "20261210T080000Z": datetime(2026, 12, 10, 9, tzinfo=UTC),
    }


def test_a_range_without_an_hour_moves_nothing_by_it() -> None:
    series = event(start=";VALUE=DATE:20261119", RRULE=":FREQ=WEEKLY;COUNT=4")
    later = event(start=f"{PARIS}20261126T100000", RECURRENCE_ID=";RANGE=THISANDFUTURE;VALUE=DATE:20261126")
    assert "20261126" in {each.original_start for each in events(series, later)}


def test_excluded_and_cancelled_occurrences_are_not_confirmed() -> None:
    series = event(start=f"{PARIS}20261119T090000", RRULE=":FREQ=WEEKLY;COUNT=4", EXDATE=f"{PARIS}20261126T090000")
    off = event(start=f"{PARIS}20261203T090000", RECURRENCE_ID=f"{PARIS}20261203T090000", STATUS=":CANCELLED")
    found = {each.original_start: each.status for each in events(series, off)}
    assert found == {"20261203T080000Z": EventStatus.CANCELLED, "20261210T080000Z": EventStatus.CONFIRMED}


@pytest.mark.parametrize(
    ("start", "head", "guessed", "zone"),
    [
        (f"{PARIS}20261126T090000", "", False, "Europe/Paris"),
        (";TZID=Romance Standard Time:20261126T090000", "", False, "Europe/Paris"),
        (":20261126T080000Z", "", False, ZONE),
        (":20261126T080000Z", "X-WR-TIMEZONE:Etc/UTC", False, ZONE),
        (";TZID=Etc/UTC:20261126T080000", "", False, ZONE),
        (";TZID=GMT:20261126T080000", "", False, ZONE),
        (";TZID=tzone://Microsoft/Utc:20261126T080000", "", False, ZONE),
        (';TZID="tzone://Microsoft/Utc":20261126T080000', "", False, ZONE),
        (":20261126T080000Z", "X-WR-TIMEZONE:Europe/London", False, "Europe/London"),
        (":20261126T090000", "X-WR-TIMEZONE:Europe/Paris", False, "Europe/Paris"),
        (":20261126T090000", "", True, ZONE),
        (":20261126T090000", "X-WR-TIMEZONE:Nowhere/Town", True, ZONE),
        (";TZID=Customized Time Zone:20261126T090000", "X-WR-TIMEZONE:Europe/Paris", True, "Europe/Paris"),
    ],
)
def test_a_time_is_read_in_the_zone_it_names_and_a_guess_is_owned_up_to(
    start: str, head: str, *, guessed: bool, zone: str
) -> None:
    (found,) = events(event(start=start), head=head)
    assert (found.start, found.zone_guessed, found.zone) == (NINE, guessed, zone)


def test_a_zone_that_the_text_defines_itself_gives_the_right_instant() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    (found,) = events(zone, event(start=";TZID=Ours:20261126T130000"))
    assert (found.start, found.zone_guessed) == (NINE, False)


def test_an_hour_that_the_clock_change_leaves_out_becomes_one_that_exists() -> None:
    window = type(WINDOW)(datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    (found,) = expand(calendar(event(start=f"{PARIS}20270328T023000")), window, ZONE).events
    assert found.start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_all_day_events_are_dates() -> None:
    (found,) = events(event(start=";VALUE=DATE:20261126", RRULE=":FREQ=YEARLY"))
    assert (found.start, found.end, found.original_start) == (date(2026, 11, 26), date(2026, 11, 27), "20261126")


def test_a_stamp_that_servers_set_anew_at_every_fetch_is_no_change() -> None:
    one, two = (events(event(DTSTAMP=f":2026112{day}T000000Z"))[0] for day in (1, 2))
    assert one == two


def test_a_birthday_of_1604_is_found_and_the_year_9999_is_not() -> None:
    born = event("b", ";VALUE=DATE:16041126", RRULE=":FREQ=YEARLY")
    assert starts(born, event("c", ":99991126T100000Z", RRULE=":FREQ=DAILY")) == [date(2026, 11, 26)]


def test_daily_rules_from_the_dawn_of_time_are_not_counted_through() -> None:
    assert starts(event(start=":00010101T000000Z", RRULE=":FREQ=DAILY")) == []


def test_a_series_that_makes_no_sense_costs_the_others_nothing() -> None:
    bad = event("bad", RRULE=":FREQ=DAILY;UNTIL=never")
    found = expand(calendar(bad, event("good")), WINDOW, ZONE)
    assert ([each.uid for each in found.events], found.skipped) == (["good"], 1)


def test_an_event_without_a_start_is_left_out_and_one_without_a_name_gets_one() -> None:
    nameless = event("x").replace("UID:x\r\n", "")
    found = events("BEGIN:VEVENT\r\nUID:s\r\nEND:VEVENT", nameless, event("y" * 500))
    assert {len(each.uid) for each in found} == {64}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("REFRESH-INTERVAL;VALUE=DURATION:PT6H", timedelta(hours=6)),
        ("X-PUBLISHED-TTL:P1DT30M", timedelta(days=1, minutes=30)),
        ("X-PUBLISHED-TTL:soon", None),
        ("", None),
    ],
)
def test_a_feed_may_say_how_often_it_wants_to_be_asked(head: str, expected: timedelta | None) -> None:
    assert expand(calendar(event(), head=head), WINDOW, ZONE).poll_after == expected


@pytest.mark.parametrize("text", [b"", b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"])
def test_what_is_no_calendar_is_refused(text: bytes) -> None:
    with pytest.raises(FeedError, match="unreadable"):
        expand(text, WINDOW, ZONE)


def test_more_occurrences_than_anybody_has_are_refused() -> None:
    with pytest.raises(FeedError, match="too_large: occurrences"):
        expand(calendar(*(event(f"{n}", RRULE=":FREQ=DAILY") for n in range(1_000))), WINDOW, ZONE)


@given(st.binary(max_size=200))
def test_whatever_a_feed_holds_it_is_read_or_refused(noise: bytes) -> None:
    with contextlib.suppress(FeedError):
        expand(b"BEGIN:VCALENDAR\r\n" + noise + b"\r\nEND:VCALENDAR\r\n", WINDOW, ZONE)


def test_what_was_found_comes_back_whole_from_the_reading_process() -> None:
    series = event(start=";VALUE=DATE:20261120", RRULE=":FREQ=DAILY;COUNT=3", STATUS=":TENTATIVE")
    found = expand(calendar(series, event("b", CREATED=":20261101T080000Z"), head="X-WR-CALNAME:Us"), WINDOW, ZONE)
    assert (from_words(to_words(found)), found.name) == (found, "Us")


def test_events_without_a_uid_are_told_apart_and_named_the_same_at_every_fetch() -> None:
    """Under a new name at every poll, each would be reminded of again and again."""

    def named(stamped: str) -> dict[str, datetime | date]:
        one = event("", f"{PARIS}20261126T090000", DTSTAMP=stamped)
        other = event("", f"{PARIS}20261127T090000", DTSTAMP=stamped)
        series = event("", f"{PARIS}20261128T090000", DTSTAMP=stamped, RRULE=":FREQ=DAILY;COUNT=2")
        return {each.event_id: each.start for each in events(one, other, series)}

    first, again = named(":20261101T080000Z"), named(":20261102T090000Z")
    assert first == again
    assert len(first) == 4


@pytest.mark.parametrize("name", ["DTSTART", "DTEND", "CREATED", "EXDATE", "RECURRENCE-ID"])
def test_an_event_with_a_time_that_cannot_be_read_spoils_no_other(name: str) -> None:
    broken = "\r\n".join(["BEGIN:VEVENT", "UID:b@x", f"{name}:soon", "SUMMARY:Visit", "END:VEVENT"])
    assert NINE in starts(event(start=f"{PARIS}20261126T090000"), broken)


@pytest.mark.parametrize("name", ["DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID"])
def test_an_event_that_cannot_be_read_is_counted_once(name: str) -> None:
    start = [] if name == "DTSTART" else [f"DTSTART{PARIS}20261126T090000"]
    broken = "\r\n".join(["BEGIN:VEVENT", "UID:b@x", *start, f"{name}:soon", "SUMMARY:Visit", "END:VEVENT"])
    found = expand(calendar(broken, event("good")), WINDOW, ZONE)
    assert ([each.uid for each in found.events], found.skipped) == (["good"], 1)


def test_of_a_text_that_stands_there_twice_the_first_one_counts() -> None:
    (found,) = events(event(LOCATION=":Room\r\nLOCATION:Hall"))
    assert found.location == "Room"
