"""Graph's events in our words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calendar.feeds.outlook.mapping import (
    filled,
    is_thin,
    read_calendars,
    read_event,
    read_events,
    sort_out,
)
from gateway.calendar.feeds.port import FeedEvent
from gateway.calendar.words import EventStatus
from tests.calendar.feeds.outlook.resources import (
    GLOBAL_ID,
    SERIES_UID,
    event,
    occurrence,
    removed,
    series,
    thin,
    timed,
)

PARIS = "Europe/Paris"


def read(**changes: object) -> FeedEvent:
    found = read_event(event(**changes))
    assert found is not None
    return found


def test_an_event_keeps_its_identity_its_times_in_utc_and_the_zone_it_was_written_in() -> None:
    assert read() == FeedEvent(
        event_id="AAMkADI2=",
        uid=GLOBAL_ID.format(made="1111E97D5E57D901"),
        original_start="",
        start=datetime(2026, 11, 27, 9, 0, tzinfo=UTC),
        end=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
        zone=PARIS,
        title="Mme Lefort",
        location="Cabinet",
        description="06 12 34 56 78",
        created_at=datetime(2026, 11, 2, 8, 15, 0, 310449, tzinfo=UTC),
        revision="TOKyZMcf20SwxQO/5Vw7WAAC1HM=",
    )


def test_a_number_after_the_end_of_the_preview_is_not_lost() -> None:
    text = "x" * 300 + " 06 12 34 56 78"
    assert read(body={"contentType": "text", "content": text}, bodyPreview=text[:255]).description == text


def test_an_event_may_have_neither_body_nor_place_nor_end() -> None:
    found = read(body=None, location=None, locations=None, end=None, createdDateTime=None, responseStatus=None)
    assert (found.description, found.location, found.end, found.created_at) == (None, None, None, None)


def test_all_places_of_an_event_are_told_once() -> None:
    assert read(locations=[{"displayName": "Cabinet"}, {"displayName": "Salle 2"}, {}]).location == "Cabinet\nSalle 2"


def test_times_in_another_zone_than_asked_for_are_read_in_theirs() -> None:
    assert read(start=timed("2026-11-27T10:00:00", "Romance Standard Time")).start == read().start


def test_an_all_day_event_has_dates() -> None:
    found = read(isAllDay=True, start=timed("2026-11-27T00:00:00"), end=timed("2026-11-28T00:00:00"))
    assert (found.start, found.end) == (date(2026, 11, 27), date(2026, 11, 28))


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", "(UTC+01:00) Brussels", "", None])
def test_a_zone_that_nobody_knows_is_said_to_be_guessed(name: str | None) -> None:
    found = read(originalStartTimeZone=name)
    assert (found.zone, found.zone_guessed) == ("", True)


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "Etc/GMT-1"])
def test_what_a_program_entered_in_utc_is_told_in_the_time_of_the_calendar(name: str) -> None:
    found = read(originalStartTimeZone=name)
    assert (found.start, found.zone, found.zone_guessed) == (read().start, "", False)


def test_all_occurrences_of_a_series_share_its_uid_and_have_names_of_their_own() -> None:
    events, unreadable = read_events([occurrence("2026-11-27"), occurrence("2026-12-04")])
    assert {each.uid for each in events} == {SERIES_UID}
    assert [each.original_start for each in events] == ["20261127T090000Z", "20261204T090000Z"]
    assert ({each.series_id for each in events}, unreadable) == ({"weekly"}, set())


def test_a_moved_occurrence_keeps_its_name() -> None:
    moved = read_event(occurrence("2026-11-27", type="exception", start=timed("2026-11-28T14:00:00")))
    assert moved
    assert moved.original_start == "20261127T090000Z"


def test_an_original_start_without_a_zone_is_in_utc() -> None:
    found = read_event(occurrence("2026-11-27", originalStart="2026-11-27T09:00:00"))
    assert found
    assert found.original_start == "20261127T090000Z"


def test_an_all_day_occurrence_is_named_by_its_day_where_it_was_written_down() -> None:
    midnight_in_paris = "2026-11-26T23:00:00Z"
    found = read_event(
        occurrence("2026-11-27", isAllDay=True, originalStart=midnight_in_paris, start=timed("2026-11-27T00:00:00"))
    )
    assert found
    assert found.original_start == "20261127"


def test_a_thin_occurrence_takes_its_texts_from_its_series_and_keeps_its_times() -> None:
    row = thin("2026-12-04")
    assert is_thin(row)
    found = read_event(filled(row, series(originalStart="2026-11-27T09:00:00Z")))
    assert found
    assert (found.event_id, found.title, found.start, found.original_start, found.uid, found.series_id) == (
        "weekly-2026-12-04",
        "Mme Lefort",
        datetime(2026, 12, 4, 9, 0, tzinfo=UTC),
        "20261204T090000Z",
        SERIES_UID,
        "weekly",
    )


def test_a_whole_occurrence_and_an_exception_are_not_thin() -> None:
    assert not is_thin(occurrence("2026-12-04"))
    assert not is_thin({"type": "exception"})


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, EventStatus.CONFIRMED),
        ({"isCancelled": True}, EventStatus.CANCELLED),
        ({"responseStatus": {"response": "declined"}}, EventStatus.DECLINED),
        ({"responseStatus": {"response": "tentativelyAccepted"}}, EventStatus.TENTATIVE),
        ({"responseStatus": {"response": "accepted"}}, EventStatus.CONFIRMED),
    ],
)
def test_an_event_says_how_it_stands(changes: dict[str, object], status: EventStatus) -> None:
    assert read(**changes).status is status


def test_the_rows_of_a_delta_are_sorted_and_series_are_no_events() -> None:
    found = sort_out([event(), series(), thin("2026-11-27"), removed("gone"), {"odd": 1}])
    assert [each["id"] for each in found.events] == ["AAMkADI2=", "weekly-2026-11-27"]
    assert (set(found.series), found.removed, found.touched) == ({"weekly"}, {"gone"}, {"weekly"})


def test_what_cannot_be_read_is_gone_for_no_reminder_of_it_can_be_right() -> None:
    events, unreadable = read_events([event(start=None), event(id="fine")])
    assert ([each.event_id for each in events], unreadable) == (["fine"], {"AAMkADI2="})


def test_calendars_of_the_user_and_shared_ones_are_told_apart() -> None:
    mine = {"name": "Camille", "address": "Camille@example.com"}
    found = read_calendars(
        [
            {"id": "1", "name": "Calendar", "isDefaultCalendar": True, "owner": mine},
            {"id": "2", "name": "Salle", "isDefaultCalendar": False, "owner": {"address": "camille@example.com"}},
            {"id": "3", "name": None, "owner": {"address": "other@example.com"}},
        ]
    )
    assert [(each.calendar_id, each.name, each.owned, each.primary) for each in found] == [
        ("1", "Calendar", True, True),
        ("2", "Salle", True, False),
        ("3", "", False, False),
    ]


ODD = st.sampled_from(
    [None, True, 7, -1, "", "x", [], ["x"], {}, {"x": 1}, {"dateTime": 7}, {"dateTime": "9999-12-31"}]
)
FIELD = st.sampled_from(
    ["id", "type", "start", "end", "iCalUId", "location", "locations", "originalStart", "seriesMasterId", "@removed"]
)


@settings(deadline=None)  # the first of them loads the table of zones
@given(st.dictionaries(FIELD, ODD, max_size=8))
def test_no_row_however_odd_breaks_the_sorting(odd: dict[str, object]) -> None:
    read_events(sort_out([{**event(), **odd}]).events)


def test_who_may_write_is_told_and_where_it_is_not_it_is_tried() -> None:
    found = read_calendars([{"id": "1", "canEdit": True}, {"id": "2", "canEdit": False}, {"id": "3"}])
    assert [each.writable for each in found] == [True, False, True]
