"""Google's events in our words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calendar.feeds.google.mapping import read_calendars, read_event, sort_out
from gateway.calendar.feeds.port import FeedEvent, Window
from gateway.calendar.words import EventStatus
from tests.calendar.feeds.google.resources import Json, cancelled_exception, check, event, occurrence, timed

PARIS = "Europe/Paris"
WINDOW = Window(datetime(2026, 11, 22, tzinfo=UTC), datetime(2027, 1, 22, tzinfo=UTC))


def read(**changes: object) -> FeedEvent:
    found = read_event(event(**changes), PARIS)
    assert found is not None
    return found


def test_an_event_keeps_its_identity_its_times_in_utc_and_the_zone_it_was_written_in() -> None:
    assert read(location="Nice", description="<b>Bring</b> the file") == FeedEvent(
        event_id="6hgm2pj1",
        uid="6hgm2pj1@google.com",
        original_start="",
        start=datetime(2026, 11, 27, 9, 0, tzinfo=UTC),
        end=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
        zone=PARIS,
        title="Mme Lefort 06 12 34 56 78",
        location="Nice",
        description="<b>Bring</b> the file",
        created_at=datetime(2026, 11, 2, 8, 15, tzinfo=UTC),
        revision='"3541234567890000"',
    )


def test_an_event_without_a_title_has_none() -> None:
    assert read(summary=None).title is None


def test_a_conference_is_not_looked_at() -> None:
    entry = {"entryPointType": "phone", "uri": "tel:+33-1-87-40-00-00", "label": "+33 1 87 40 00 00"}
    assert read(conferenceData={"entryPoints": [entry]}) == read()


def test_an_all_day_event_has_dates_and_the_zone_of_its_calendar() -> None:
    found = read(start={"date": "2026-11-27"}, end={"date": "2026-11-28"})
    assert (found.start, found.end, found.zone) == (date(2026, 11, 27), date(2026, 11, 28), PARIS)


def test_an_event_may_have_no_end() -> None:
    assert read(end=None, endTimeUnspecified=True).end is None


def test_an_event_of_another_zone_keeps_it() -> None:
    found = read(start=timed("2026-11-27T10:00:00-05:00", "America/New_York"))
    assert (found.start, found.zone) == (datetime(2026, 11, 27, 15, 0, tzinfo=UTC), "America/New_York")


def test_an_event_that_names_no_zone_has_that_of_its_calendar() -> None:
    found = read(start=timed("2026-11-27T10:00:00+01:00", None))
    assert (found.zone, found.zone_guessed) == (PARIS, False)


def test_a_zone_that_nobody_knows_is_said_to_be_guessed() -> None:
    found = read_event(event(start=timed("2026-11-27T10:00:00+01:00", "Nowhere/Land")), None)
    assert found
    assert (found.zone, found.zone_guessed) == ("", True)


def test_what_a_program_entered_in_utc_is_told_in_the_time_of_the_calendar() -> None:
    """Nobody's clock on the wall shows UTC: a reminder that does is an hour or two early."""
    found = read(start=timed("2026-11-27T09:00:00Z", "UTC"))
    assert (found.start, found.zone, found.zone_guessed) == (datetime(2026, 11, 27, 9, tzinfo=UTC), PARIS, False)


def test_a_calendar_that_a_program_made_in_utc_has_no_place_of_its_own() -> None:
    (listed,) = read_calendars([{"id": "made", "accessRole": "owner", "timeZone": "UTC"}])
    found = read_event(event(start=timed("2026-11-27T09:00:00Z", "Etc/UTC")), "UTC")
    assert found
    assert (listed.zone, found.zone, found.zone_guessed) == (None, "", False)


def test_an_instant_without_offset_is_read_in_its_zone() -> None:
    assert read(start=timed("2026-11-27T10:00:00")).start == datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def test_a_moved_occurrence_keeps_its_name_in_the_series() -> None:
    moved = read_event(occurrence("2026-11-27", start=timed("2026-11-28T15:00:00+01:00")), PARIS)
    assert moved
    assert (moved.event_id, moved.uid, moved.series_id, moved.original_start, moved.start) == (
        "weekly_20261127T090000Z",
        "weekly@google.com",
        "weekly",
        "20261127T090000Z",
        datetime(2026, 11, 28, 14, 0, tzinfo=UTC),
    )


def test_an_all_day_occurrence_is_named_by_its_date() -> None:
    found = read(recurringEventId="weekly", originalStartTime={"date": "2026-11-27"}, start={"date": "2026-11-30"})
    assert found.original_start == "20261127"


@pytest.mark.parametrize("kind", ["birthday", "workingLocation", "outOfOffice", "focusTime", "fromGmail"])
def test_what_is_no_appointment_is_left_out(kind: str) -> None:
    assert read_event(event(eventType=kind), PARIS) is None


def test_an_event_that_its_owner_declined_says_so() -> None:
    others = [{"email": "a@example.com", "responseStatus": "accepted"}]
    own = {"email": "cabinet@example.com", "self": True, "responseStatus": "declined"}
    assert read(attendees=[*others, own]).status is EventStatus.DECLINED


def test_that_a_guest_declined_is_not_our_affair() -> None:
    own = {"email": "cabinet@example.com", "self": True, "responseStatus": "accepted"}
    other = {"email": "a@example.com", "responseStatus": "declined"}
    assert read(attendees=[own, other]).status is EventStatus.CONFIRMED


def test_a_tentative_event_says_so() -> None:
    assert read(status="tentative").status is EventStatus.TENTATIVE


def test_a_booking_of_the_year_zero_has_no_time_of_booking() -> None:
    assert read(created="0000-12-31T00:00:00.000Z").created_at is None


def test_a_cancelled_exception_without_a_start_is_gone_and_its_series_is_not() -> None:
    found = sort_out([cancelled_exception("2026-11-27")], PARIS, WINDOW)
    assert (found.events, found.removed, found.removed_series) == ([], {"weekly_20261127T090000Z"}, set())


def test_a_cancelled_event_is_gone_and_all_that_repeats_it() -> None:
    found = sort_out([check("Event", {"id": "weekly", "status": "cancelled"})], PARIS, WINDOW)
    assert (found.removed, found.removed_series) == ({"weekly"}, {"weekly"})


def test_what_cannot_be_read_is_gone_for_no_reminder_of_it_can_be_right() -> None:
    found = sort_out([event(start={"dateTime": "tomorrow"}), event(id="fine0")], PARIS, WINDOW)
    assert ([each.event_id for each in found.events], found.removed) == (["fine0"], {"6hgm2pj1"})


def test_an_occurrence_decades_ahead_is_not_taken_in() -> None:
    found = sort_out([occurrence("2040-11-27"), occurrence("2026-11-27")], PARIS, WINDOW)
    assert [each.event_id for each in found.events] == ["weekly_20261127T090000Z"]
    assert found.removed == {"weekly_20401127T090000Z"}


@pytest.mark.parametrize(("day", "inside"), [("2026-11-20", False), ("2026-11-22", True), ("2027-01-21", True)])
def test_an_all_day_event_is_inside_where_it_may_be_in_some_zone(day: str, inside: bool) -> None:
    found = sort_out([event(start={"date": day}, end=None)], PARIS, WINDOW)
    assert bool(found.events) is inside


def test_calendars_that_can_be_read_are_told_with_their_own_names() -> None:
    entries: list[Json] = [
        {"id": "cabinet@example.com", "summary": "cabinet@example.com", "accessRole": "owner", "primary": True},
        {"id": "b", "summary": "Salle", "summaryOverride": "Salle 2", "accessRole": "reader", "timeZone": PARIS},
        {"id": "busy", "summary": "Only busy", "accessRole": "freeBusyReader"},
        {"id": "gone", "summary": "Gone", "accessRole": "owner", "deleted": True},
    ]
    found = read_calendars([check("CalendarListEntry", each) for each in entries])
    assert [(each.calendar_id, each.name, each.zone, each.owned, each.primary) for each in found] == [
        ("cabinet@example.com", "cabinet@example.com", None, True, True),
        ("b", "Salle 2", PARIS, False, False),
    ]


ODD = st.sampled_from([None, True, 7, -1, "", "x", [], ["x"], {}, {"x": 1}, {"date": 7}, {"dateTime": "9999-12-31"}])
FIELD = st.sampled_from(["id", "status", "start", "end", "iCalUID", "attendees", "originalStartTime", "created"])


@settings(deadline=None)  # the first of them loads the table of zones
@given(st.dictionaries(FIELD, ODD, max_size=8))
def test_no_item_however_odd_breaks_the_sorting(odd: dict[str, object]) -> None:
    sort_out([{**event(), **odd}], PARIS, WINDOW)


def test_who_may_write_is_told_by_the_role() -> None:
    roles = ("owner", "writer", "reader")
    found = read_calendars([{"id": each, "accessRole": each} for each in roles])
    assert [each.writable for each in found] == [True, True, False]
