"""One title in an iCalendar text changes: every other line stays, and what cannot be done without harm is not done."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from icalendar import Calendar

from gateway.calendar.feeds.ics.retitling import retitled
from gateway.calendar.feeds.port import Retitled
from tests.calendar.feeds.ics.texts import ZONE, calendar, event

PARIS = ";TZID=Europe/Paris:20261124T100000"
WEEKLY = ":FREQ=WEEKLY;COUNT=4"
SECOND = "20261201T090000Z"  # of such a series


def written(text: bytes, original: str = "", zone: str = ZONE) -> str:
    """The text with a mark in front of the title."""
    made = retitled(text.decode(), original, mark, zone)
    assert isinstance(made, str)
    return made


def mark(title: str) -> str:
    """What is to stand there."""
    return title if title.startswith("✓") else f"✓ {title}".strip()


def refused(text: bytes, original: str = "") -> Retitled | str:
    """What comes of it otherwise."""
    return retitled(text.decode(), original, mark, ZONE)


def test_every_other_line_stays_as_it_was() -> None:
    folded = "X-NOTE:what nobody\r\n  knows;\\, stays"
    alarm = "BEGIN:VALARM\r\nACTION:EMAIL\r\nSUMMARY:Visit\r\nEND:VALARM"
    text = calendar(event(SUMMARY=";LANGUAGE=fr:Visit", X_MORE=f":1\r\n{folded}\r\n{alarm}"), head="X-OWN:1")
    assert written(text) == text.decode().replace("SUMMARY;LANGUAGE=fr:Visit", "SUMMARY;LANGUAGE=fr:✓ Visit")


def test_lines_that_xml_brought_without_their_returns_get_them_back() -> None:
    text = calendar(event())
    assert written(text.replace(b"\r\n", b"\n")) == text.decode().replace("Visit", "✓ Visit")


def test_an_event_without_a_title_gets_one() -> None:
    bare = calendar(event()).replace(b"SUMMARY:Visit\r\n", b"")
    assert "SUMMARY:✓\r\nEND:VEVENT" in written(bare)


@given(some.text(some.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200).map(str.strip))
def test_long_and_strange_titles_come_back_as_they_were(title: str) -> None:
    made = Calendar()
    made.add_component(Calendar.from_ical(calendar(event())).walk("VEVENT")[0])
    made.walk("VEVENT")[0]["SUMMARY"] = title
    text = retitled(written(made.to_ical()), "", lambda each: f"{each}|\n;", ZONE)
    assert isinstance(text, str)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(Calendar.from_ical(text).walk("VEVENT")[0]["SUMMARY"]) == f"{mark(title)}|\n;"


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (PARIS, ";TZID=Europe/Paris:20261124T113000", ";TZID=Europe/Paris:20261201T100000"),
        (":20261124T090000Z", ":20261124T103000Z", ":20261201T090000Z"),
        (":20261124T100000", ":20261124T113000", ":20261201T100000"),  # on the clock of whoever reads it
        (
            ";TZID=Romance Standard Time:20261124T100000",
            ";TZID=Romance Standard Time:20261124T113000",
            ";TZID=Romance Standard Time:20261201T100000",
        ),
    ],
)
def test_an_occurrence_is_named_as_its_series_is_written(start: str, end: str, place: str) -> None:
    made = written(calendar(event(start=start, DTEND=end, RRULE=WEEKLY, EXDATE=start)), SECOND)
    series, exception = made.split("END:VEVENT")[:2]
    assert "SUMMARY:Visit" in series
    assert f"RECURRENCE-ID{place}\r\n" in exception
    assert f"DTSTART{place}\r\n" in exception
    assert f"DTEND{end[:-15]}" in exception.replace(place[-15:].replace("100000", "113000"), end[-15:])
    assert "RRULE" not in exception
    assert "EXDATE" not in exception
    assert "SUMMARY:✓ Visit" in exception


def test_an_occurrence_that_lasts_all_day_is_named_by_its_date() -> None:
    series = event(start=";VALUE=DATE:20261124", DTEND=";VALUE=DATE:20261125", RRULE=WEEKLY)
    made = written(calendar(series), "20261201")
    assert "RECURRENCE-ID;VALUE=DATE:20261201" in made
    assert "DTEND;VALUE=DATE:20261202" in made


def test_over_a_change_of_the_clock_an_occurrence_keeps_its_hour() -> None:
    made = written(calendar(event(start=";TZID=Europe/Paris:20261020T100000", RRULE=WEEKLY)), "20261027T090000Z")
    assert "DTSTART;TZID=Europe/Paris:20261027T100000" in made


@pytest.mark.parametrize(
    ("text", "original", "outcome"),
    [
        (calendar(event(SUMMARY=":✓ Visit")), "", Retitled.DONE),
        (calendar(event(ATTENDEE=":mailto:bob@example.com")), "", Retitled.GUESTS),
        (calendar(event(RRULE=WEEKLY)), "", Retitled.GONE),
        (calendar(event()), SECOND, Retitled.GONE),
        (calendar(event(start=";TZID=Mars/Olympus:20261124T100000", RRULE=WEEKLY)), SECOND, Retitled.REFUSED),
        (calendar(event(start=":yesterday", RRULE=WEEKLY)), SECOND, Retitled.REFUSED),
        (calendar(event(start=PARIS, RRULE=WEEKLY)), "20261201", Retitled.REFUSED),
        (calendar(event(start=";VALUE=DATE:20261124", RRULE=WEEKLY)), SECOND, Retitled.REFUSED),
        (calendar(event(X=":" + "x" * 1_000_000)), "", Retitled.REFUSED),
        (
            calendar(
                event(start=PARIS, RRULE=WEEKLY),
                event(start=PARIS, RECURRENCE_ID=";RANGE=THISANDFUTURE;TZID=Europe/Paris:20261208T100000"),
            ),
            SECOND,
            Retitled.REFUSED,
        ),
    ],
)
def test_what_cannot_be_written_is_left_as_it_is(text: bytes, original: str, outcome: Retitled) -> None:
    assert refused(text, original) is outcome
