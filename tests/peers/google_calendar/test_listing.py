"""What lists tell, page by page and change by change, to the real client library."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.peers.google_calendar.peer import GooglePeer
from tests.peers.google_calendar.samples import appointment, at, weekly

WINDOW = {"timeMin": "2026-10-01T00:00:00Z", "timeMax": "2026-12-31T00:00:00Z"}

Json = dict[str, Any]


def listed(client: Any, **query: Any) -> Json:
    told: Json = client.events().list(calendarId="primary", singleEvents=True, **query).execute()
    return told


def since(client: Any, before: Json) -> list[Json]:
    rows: list[Json] = listed(client, syncToken=before["nextSyncToken"])["items"]
    return rows


def starts(rows: list[Json]) -> list[str]:
    return [row["start"]["dateTime"] for row in rows]


def test_a_series_is_told_instance_by_instance_at_the_same_hour_over_a_clock_change(
    google_peer: GooglePeer, client: Any
) -> None:
    series = google_peer.create(weekly())
    rows = listed(client, **WINDOW)["items"]
    assert starts(rows)[:2] == ["2026-10-20T09:00:00+02:00", "2026-10-27T09:00:00+01:00"]
    assert rows[1]["id"] == f"{series['id']}_20261027T080000Z"
    assert {row["iCalUID"] for row in rows} == {series["iCalUID"]}
    assert rows[1]["originalStartTime"] == rows[1]["start"]


def test_a_series_is_told_as_itself_and_its_exceptions_where_nobody_asks_for_instances(
    google_peer: GooglePeer, client: Any
) -> None:
    series = google_peer.create(weekly())
    google_peer.delete(f"{series['id']}_20261027T080000Z")
    rows = client.events().list(calendarId="primary", **WINDOW).execute()["items"]
    assert [(row["id"], row["status"]) for row in rows] == [
        (series["id"], "confirmed"),
        (f"{series['id']}_20261027T080000Z", "cancelled"),
    ]
    assert rows[0]["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=4"]


def test_only_the_last_page_has_a_sync_token(google_peer: GooglePeer, client: Any) -> None:
    google_peer.create(weekly(count=5))
    first = listed(client, maxResults=2)
    second = listed(client, maxResults=2, pageToken=first["nextPageToken"])
    last = listed(client, maxResults=2, pageToken=second["nextPageToken"])
    assert "nextSyncToken" not in first
    assert "nextSyncToken" not in second
    assert "nextPageToken" not in last
    assert len(first["items"] + second["items"] + last["items"]) == 5
    assert since(client, last) == []


def test_pages_show_one_moment_and_what_happens_meanwhile_comes_with_the_next_sync(
    google_peer: GooglePeer, client: Any
) -> None:
    google_peer.create(weekly(count=3))
    first = listed(client, maxResults=2)
    new = google_peer.create(appointment())
    last = listed(client, maxResults=2, pageToken=first["nextPageToken"])
    assert len(last["items"]) == 1
    assert [row["id"] for row in since(client, last)] == [new["id"]]


def test_pages_may_be_shorter_than_was_asked(google_peer: GooglePeer, client: Any) -> None:
    google_peer.manners(largest_page=1)
    google_peer.create(weekly(count=2))
    assert len(listed(client)["items"]) == 1


def test_a_deleted_event_is_told_by_its_id_alone(google_peer: GooglePeer, client: Any) -> None:
    event = google_peer.create(appointment())
    before = listed(client)
    google_peer.delete(event["id"])
    (row,) = since(client, before)
    assert (row["id"], row["status"]) == (event["id"], "cancelled")
    assert "start" not in row
    assert listed(client)["items"] == []


def test_a_deleted_event_may_be_told_with_all_that_it_was(google_peer: GooglePeer, client: Any) -> None:
    google_peer.manners(sparse_tombstones=False)
    event = google_peer.create(appointment())
    before = listed(client)
    google_peer.delete(event["id"])
    assert since(client, before)[0]["summary"] == event["summary"]


def test_a_deleted_instance_is_told_by_id_series_and_original_start(google_peer: GooglePeer, client: Any) -> None:
    series = google_peer.create(weekly())
    before = listed(client)
    google_peer.delete(f"{series['id']}_20261103T080000Z")
    (row,) = since(client, before)
    assert row["recurringEventId"] == series["id"]
    assert row["originalStartTime"]["dateTime"] == "2026-11-03T09:00:00+01:00"
    assert "start" not in row


def test_a_moved_instance_keeps_its_id_and_original_start_even_out_of_the_window(
    google_peer: GooglePeer, client: Any
) -> None:
    series = google_peer.create(weekly())
    before = listed(client, **WINDOW)
    instance = f"{series['id']}_20261103T080000Z"
    google_peer.change(instance, {"start": at("2027-02-04"), "end": at("2027-02-04", "10:00")})
    (row,) = since(client, before)
    assert (row["id"], row["start"]["dateTime"]) == (instance, "2027-02-04T09:00:00+01:00")
    assert row["originalStartTime"]["dateTime"] == "2026-11-03T09:00:00+01:00"


def test_a_series_that_moves_buries_its_instances_and_bears_new_ones(google_peer: GooglePeer, client: Any) -> None:
    series = google_peer.create(weekly(count=2))
    before = listed(client)
    google_peer.change(series["id"], {"start": at("2026-10-20", "11:00"), "end": at("2026-10-20", "12:00")})
    rows = since(client, before)
    assert [row["id"][-16:] for row in rows if row["status"] == "cancelled"] == ["20261020T070000Z", "20261027T080000Z"]
    assert starts([row for row in rows if row["status"] != "cancelled"]) == [
        "2026-10-20T11:00:00+02:00",
        "2026-10-27T11:00:00+01:00",
    ]


def test_a_series_whose_title_changes_keeps_its_instances(google_peer: GooglePeer, client: Any) -> None:
    series = google_peer.create(weekly(count=2))
    before = listed(client)
    google_peer.change(series["id"], {"summary": "no number any more"})
    rows = since(client, before)
    assert [row["id"] for row in rows] == [row["id"] for row in before["items"]]
    assert {row["summary"] for row in rows} == {"no number any more"}


@pytest.mark.parametrize("by_its_own_id", [False, True])
def test_a_deleted_series_is_told_instance_by_instance_or_by_its_own_id(
    google_peer: GooglePeer, client: Any, by_its_own_id: bool
) -> None:
    google_peer.manners(series_tombstone=by_its_own_id)
    series = google_peer.create(weekly(count=2))
    before = listed(client)
    google_peer.delete(series["id"])
    rows = since(client, before)
    expected = [series["id"]] if by_its_own_id else [row["id"] for row in before["items"]]
    assert [row["id"] for row in rows] == expected
    assert {row["status"] for row in rows} == {"cancelled"}


@pytest.mark.parametrize(("kept", "told"), [(True, 0), (False, 3)])
def test_a_sync_may_forget_the_window_of_the_first_list(
    google_peer: GooglePeer, client: Any, kept: bool, told: int
) -> None:
    google_peer.manners(window_after_sync=kept)
    before = listed(client, **WINDOW)
    google_peer.create(weekly("2027-03-02", count=3))
    assert len(since(client, before)) == told


def test_a_cancelled_event_that_is_confirmed_again_is_back(google_peer: GooglePeer, client: Any) -> None:
    event = google_peer.create(appointment())
    google_peer.delete(event["id"])
    before = listed(client)
    google_peer.change(event["id"], {"status": "confirmed"})
    assert [row["summary"] for row in since(client, before)] == [event["summary"]]


@pytest.mark.parametrize(
    "parameter",
    [{"timeMin": "2026-11-01T00:00:00Z"}, {"timeMax": "2026-12-01T00:00:00Z"}, {"orderBy": "updated"}, {"q": "Martin"}],
)
def test_a_sync_token_goes_with_no_filter(client: Any, parameter: Json) -> None:
    before = listed(client)
    with pytest.raises(HttpError) as refused:
        listed(client, syncToken=before["nextSyncToken"], **parameter)
    assert refused.value.status_code == 400


def test_an_ordered_list_ends_without_a_sync_token(google_peer: GooglePeer, client: Any) -> None:
    later, sooner = google_peer.create(appointment("2026-11-28")), google_peer.create(appointment())
    told = listed(client, orderBy="startTime")
    assert [row["id"] for row in told["items"]] == [sooner["id"], later["id"]]
    assert "nextSyncToken" not in told


def test_an_expired_sync_token_is_gone_and_a_full_list_tells_no_tombstones(
    google_peer: GooglePeer, client: Any
) -> None:
    event = google_peer.create(appointment())
    before = listed(client)
    google_peer.delete(event["id"])
    google_peer.control.post("/cursors/expire")
    with pytest.raises(HttpError) as gone:
        since(client, before)
    assert (gone.value.status_code, gone.value.error_details[0]["reason"]) == (410, "fullSyncRequired")
    anew = listed(client)
    assert anew["items"] == []
    assert since(client, anew) == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"syncToken": "made up"}, "invalid"),
        ({"pageToken": "made up"}, "invalid"),
        ({"timeMin": "2026-11-01T00:00:00"}, "badRequest"),
        ({"timeMin": "soon"}, "badRequest"),
        ({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-11-01T00:00:00Z"}, "timeRangeEmpty"),
    ],
)
def test_nonsense_is_refused(client: Any, query: Json, reason: str) -> None:
    with pytest.raises(HttpError) as refused:
        listed(client, **query)
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (400, reason)


def test_filters_filter(google_peer: GooglePeer, client: Any) -> None:
    event = google_peer.create(appointment())
    google_peer.create(appointment(summary="Dupont", start={"date": "2026-11-27"}, end={"date": "2026-11-28"}))
    assert [row["id"] for row in listed(client, q="martin")["items"]] == [event["id"]]
    assert [row["id"] for row in listed(client, iCalUID=event["iCalUID"])["items"]] == [event["id"]]
    assert len(listed(client, timeMin="2026-11-27T09:30:00Z")["items"]) == 1
    google_peer.delete(event["id"])
    assert len(listed(client, showDeleted=True)["items"]) == 2


def test_times_are_told_in_the_zone_that_was_asked_for(google_peer: GooglePeer, client: Any) -> None:
    google_peer.create(appointment())
    assert starts(listed(client, timeZone="UTC")["items"]) == ["2026-11-27T08:00:00Z"]
