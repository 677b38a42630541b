"""What a client with write access can do."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.peers.google_calendar.conftest import Clients
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer
from tests.peers.google_calendar.samples import appointment, at, weekly

WRITE = "https://www.googleapis.com/auth/calendar.events"

Json = dict[str, Any]


@pytest.fixture
def events(clients: Clients) -> Any:
    """The events of a client that may write."""
    return clients(WRITE).events()


def get(events: Any, event_id: str) -> Json:
    told: Json = events.get(calendarId="primary", eventId=event_id).execute()
    return told


def test_a_new_event_has_what_the_server_sets(events: Any) -> None:
    made = events.insert(calendarId="primary", body=appointment()).execute()
    assert made["iCalUID"] == f"{made['id']}@google.com"
    assert (made["status"], made["sequence"], made["eventType"]) == ("confirmed", 0, "default")
    assert get(events, made["id"])["etag"] == made["etag"]


def test_a_change_makes_a_new_etag_and_sequence_and_null_clears_a_field(events: Any) -> None:
    made = events.insert(calendarId="primary", body=appointment(location="12 rue Haute")).execute()
    events.patch(calendarId="primary", eventId=made["id"], body={"location": None}).execute()
    told = get(events, made["id"])
    assert "location" not in told
    assert told["summary"] == made["summary"]
    assert told["sequence"] == 1
    assert told["etag"] != made["etag"]
    assert told["updated"] > made["updated"]
    assert told["created"] == made["created"]


def test_an_update_puts_a_whole_event_in_place_of_another(events: Any) -> None:
    made = events.insert(calendarId="primary", body=appointment(location="12 rue Haute")).execute()
    told = events.update(calendarId="primary", eventId=made["id"], body=appointment(summary="Dupont")).execute()
    assert (told["id"], told["iCalUID"], told["summary"]) == (made["id"], made["iCalUID"], "Dupont")
    assert "location" not in told


def test_a_written_instance_becomes_an_exception(events: Any) -> None:
    series = events.insert(calendarId="primary", body=weekly()).execute()
    instance = f"{series['id']}_20261103T080000Z"
    assert get(events, instance)["start"]["dateTime"] == "2026-11-03T09:00:00+01:00"
    body = {"start": at("2026-11-04"), "end": at("2026-11-04", "10:00")}
    events.patch(calendarId="primary", eventId=instance, body=body).execute()
    told = get(events, instance)
    assert (told["start"]["dateTime"], told["originalStartTime"]["dateTime"]) == (
        "2026-11-04T09:00:00+01:00",
        "2026-11-03T09:00:00+01:00",
    )
    assert told["recurringEventId"] == series["id"]


def test_a_series_at_other_hours_forgets_its_exceptions_for_good(google_peer: GooglePeer) -> None:
    series = google_peer.create(weekly(count=2))
    google_peer.delete(f"{series['id']}_20261027T080000Z")
    for hour in ("11", "09"):
        google_peer.change(
            series["id"], {"start": at("2026-10-20", f"{hour}:00"), "end": at("2026-10-20", f"{hour}:30")}
        )
        assert len(google_peer.instances()) == 2


def test_a_deleted_event_is_there_as_cancelled_and_cannot_be_deleted_twice(events: Any) -> None:
    made = events.insert(calendarId="primary", body=appointment()).execute()
    events.delete(calendarId="primary", eventId=made["id"]).execute()
    assert get(events, made["id"])["status"] == "cancelled"
    with pytest.raises(HttpError, match="410"):
        events.delete(calendarId="primary", eventId=made["id"]).execute()


def test_an_event_goes_to_another_calendar_under_its_name(google_peer: GooglePeer, events: Any) -> None:
    google_peer.control.post("/calendars", {"owner": PRIMARY, "calendar_id": "second"})
    made = events.insert(calendarId="primary", body=appointment()).execute()
    moved = events.move(calendarId="primary", eventId=made["id"], destination="second").execute()
    assert (moved["id"], moved["iCalUID"]) == (made["id"], made["iCalUID"])
    assert get(events, made["id"])["status"] == "cancelled"


def test_an_instance_goes_nowhere_alone(google_peer: GooglePeer, events: Any) -> None:
    google_peer.control.post("/calendars", {"owner": PRIMARY, "calendar_id": "second"})
    series = google_peer.create(weekly())
    with pytest.raises(HttpError, match="400"):
        events.move(calendarId="primary", eventId=f"{series['id']}_20261103T080000Z", destination="second").execute()


def test_an_all_day_series_has_dates(google_peer: GooglePeer, events: Any) -> None:
    day = {"start": {"date": "2026-10-24"}, "end": {"date": "2026-10-25"}}
    series = google_peer.create({"summary": "Fermé", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"], **day})
    told = get(events, f"{series['id']}_20261025")
    assert (told["start"], told["end"]) == ({"date": "2026-10-25"}, {"date": "2026-10-26"})


@pytest.mark.parametrize(
    "line",
    ["EXDATE;TZID=Europe/Paris:20261027T090000", "EXDATE:20261027T080000Z", "EXDATE:20261020T070000Z,20261027T080000Z"],
)
def test_an_excluded_date_has_no_instance(google_peer: GooglePeer, events: Any, line: str) -> None:
    series = google_peer.create(weekly() | {"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20261110T080000Z", line]})
    with pytest.raises(HttpError, match="404"):
        get(events, f"{series['id']}_20261027T080000Z")
    assert get(events, f"{series['id']}_20261110T080000Z")
    with pytest.raises(HttpError, match="404"):
        get(events, f"{series['id']}_20261117T080000Z")


def test_an_instance_that_a_clock_change_leaves_out_is_told_an_hour_late(google_peer: GooglePeer, events: Any) -> None:
    night = {"start": at("2027-03-27", "02:30"), "end": at("2027-03-27", "03:00")}
    google_peer.create({"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"], **night})
    rows = google_peer.instances(timeMin="2027-03-28T00:00:00Z", timeMax="2027-03-29T00:00:00Z")
    assert rows[0]["start"]["dateTime"] == "2027-03-28T03:30:00+02:00"
    assert get(events, rows[0]["id"])["start"] == rows[0]["start"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"summary": "no times"}, "required"),
        (appointment(begins="10:00", ends="09:00"), "timeRangeEmpty"),
        (appointment() | {"end": {"date": "2026-11-28"}}, "invalid"),
        (weekly() | {"start": {"dateTime": "2026-10-20T09:00:00+02:00"}}, "required"),
        (appointment(id="No Such Id"), "invalid"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(events: Any, body: Json, reason: str) -> None:
    with pytest.raises(HttpError) as refused:
        events.insert(calendarId="primary", body=body).execute()
    assert refused.value.error_details[0]["reason"] == reason


def test_an_id_is_given_once(events: Any) -> None:
    events.insert(calendarId="primary", body=appointment(id="abc123")).execute()
    with pytest.raises(HttpError, match="409"):
        events.insert(calendarId="primary", body=appointment(id="abc123")).execute()


@pytest.mark.parametrize("event_id", ["nothing", "nothing_20261027T080000Z"])
def test_what_is_not_there_is_not_found(events: Any, event_id: str) -> None:
    with pytest.raises(HttpError, match="404"):
        get(events, event_id)
