"""Events, calendars and views, by what a request prefers; and what a client with write access can do."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import appointment, at, weekly
from tests.peers.graph.state import CALENDAR

Json = dict[str, Any]
Clients = Callable[..., httpx.Client]


def preferring(client: httpx.Client, path: str, prefer: str) -> Json:
    told: Json = client.get(path, headers={"Prefer": prefer}).raise_for_status().json()
    return told


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("UTC", "2026-11-27T08:00:00.0000000"),
        ("Europe/Paris", "2026-11-27T09:00:00.0000000"),
        ("Eastern Standard Time", "2026-11-27T03:00:00.0000000"),
    ],
)
def test_times_are_told_in_the_preferred_zone_under_the_name_that_was_asked_for(
    graph_peer: GraphPeer, client: httpx.Client, zone: str, start: str
) -> None:
    event = graph_peer.create(appointment())
    told = preferring(client, f"me/events/{event['id']}", f'outlook.timezone="{zone}"')
    assert told["start"] == {"dateTime": start, "timeZone": zone}
    assert told["originalStartTimeZone"] == "Romance Standard Time"


def test_an_event_that_was_written_with_an_iana_zone_is_told_by_the_name_of_windows(graph_peer: GraphPeer) -> None:
    event = graph_peer.create(
        appointment() | {"start": at("2026-11-27", zone="Asia/Tokyo"), "end": at("2026-11-27", "10:00", "Asia/Tokyo")}
    )
    assert event["originalStartTimeZone"] == "Tokyo Standard Time"
    assert event["start"]["dateTime"] == "2026-11-27T00:00:00.0000000"


def test_an_unknown_zone_is_refused(client: httpx.Client) -> None:
    answer = client.get("me/events/x", headers={"Prefer": 'outlook.timezone="Middle Earth"'})
    assert answer.status_code in {400, 404}


def test_a_day_begins_at_midnight_whatever_the_zone(graph_peer: GraphPeer, client: httpx.Client) -> None:
    day = {"start": at("2026-11-27", "00:00"), "end": at("2026-11-28", "00:00"), "isAllDay": True}
    event = graph_peer.create({"subject": "Fermé", **day})
    for zone in ("UTC", "Tokyo Standard Time"):
        told = preferring(client, f"me/events/{event['id']}", f'outlook.timezone="{zone}"')
        assert told["start"] == {"dateTime": "2026-11-27T00:00:00.0000000", "timeZone": zone}


def test_a_body_is_told_as_html_or_as_text(graph_peer: GraphPeer, client: httpx.Client) -> None:
    long = "x" * 300
    html = {"contentType": "html", "content": f"<p>{long}</p><p>06&nbsp;12&nbsp;34&nbsp;56&nbsp;78</p>"}
    event = graph_peer.create(appointment(body=html))
    assert client.get(f"me/events/{event['id']}").json()["body"] == html
    told = preferring(client, f"me/events/{event['id']}", 'outlook.body-content-type="text"')
    assert told["body"] == {"contentType": "text", "content": f"{long}\r\n06\xa012\xa034\xa056\xa078"}
    assert "78" not in told["bodyPreview"]  # which ends after 255 characters
    plain = graph_peer.create(appointment(body={"contentType": "text", "content": "a & b"}))
    assert "a &amp; b" in client.get(f"me/events/{plain['id']}").json()["body"]["content"]


def test_every_occurrence_has_an_ical_uid_of_its_own_that_names_its_day(graph_peer: GraphPeer) -> None:
    series = graph_peer.create(weekly())
    rows = graph_peer.occurrences("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z")
    days = [row["iCalUId"][32:40] for row in rows]
    assert days == ["07EA0A14", "07EA0A1B", "07EA0B03", "07EA0B0A"]
    assert series["iCalUId"][32:40] == "00000000"
    assert {row["iCalUId"][:32] + "0" * 8 + row["iCalUId"][40:] for row in rows} == {series["iCalUId"]}


def test_a_view_tells_occurrences_with_everything_page_by_page(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.create(weekly())
    window = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z", "$top": "3"}
    first = client.get("me/calendarView", params=window).json()
    last = client.get(first["@odata.nextLink"]).json()
    assert [len(page["value"]) for page in (first, last)] == [3, 1]
    assert first["value"][0]["subject"] == "Martin 06 12 34 56 78"
    assert client.get("me/calendarView").status_code == 400


def test_calendars_are_told_ten_at_a_time(graph_peer: GraphPeer, client: httpx.Client) -> None:
    for number in range(11):
        graph_peer.control.post("/calendars", {"calendar_id": f"more-{number}", "name": f"{number}"})
    first = client.get("me/calendars").json()
    last = client.get(first["@odata.nextLink"]).json()
    assert [len(page["value"]) for page in (first, last)] == [10, 2]
    assert [each["isDefaultCalendar"] for each in first["value"]][:2] == [True, False]
    assert client.get(f"me/calendars/{CALENDAR}").json()["name"] == "Calendrier"
    assert client.get("me/calendars/unknown").status_code == 404
    assert client.get("me").json()["userPrincipalName"] == "camille@example.com"


def test_instances_are_told(graph_peer: GraphPeer, client: httpx.Client) -> None:
    series = graph_peer.create(weekly())
    path = f"me/events/{series['id']}/instances"
    window = {"startDateTime": "2026-10-25T00:00:00Z", "endDateTime": "2026-11-05T00:00:00Z"}
    assert len(client.get(path, params=window).json()["value"]) == 2
    assert client.get(path).status_code == 400


def test_a_client_that_may_write_creates_changes_and_deletes(clients: Clients) -> None:
    client = clients("Calendars.ReadWrite")
    made = client.post("me/events", json=appointment())
    assert made.status_code == 201
    path = f"me/calendars/{CALENDAR}/events/{made.json()['id']}"
    assert client.patch(path, json={"subject": "Dupont"}).json()["subject"] == "Dupont"
    assert client.get(path).json()["changeKey"] != made.json()["changeKey"]
    assert client.delete(path).status_code == 204
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ErrorItemNotFound")


def test_a_client_that_may_read_writes_nothing(client: httpx.Client) -> None:
    answer = client.post("me/events", json=appointment())
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "no times"},
        appointment(begins="10:00", ends="09:00"),
        appointment(start=at("2026-11-27", zone="Middle Earth")),
        appointment(recurrence={"pattern": {"type": "now and then"}, "range": {"type": "noEnd"}}),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(clients: Clients, body: Json) -> None:
    assert clients("Calendars.ReadWrite").post("me/events", json=body).status_code == 400


@pytest.mark.parametrize(
    ("pattern", "span", "days"),
    [
        ({"type": "daily", "interval": 2}, {"type": "endDate", "endDate": "2026-11-05"}, ["02", "04"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 2}, {"type": "numbered", "numberOfOccurrences": 2}, ["02", "02"]),
        (
            {"type": "relativeMonthly", "daysOfWeek": ["monday"], "index": "first"},
            {"type": "numbered", "numberOfOccurrences": 2},
            ["02", "07"],
        ),
        ({"type": "absoluteYearly", "month": 11, "dayOfMonth": 2}, {"type": "noEnd"}, ["02"]),
    ],
)
def test_series_recur_by_their_pattern(graph_peer: GraphPeer, pattern: Json, span: Json, days: list[str]) -> None:
    graph_peer.create(appointment("2026-11-02", recurrence={"pattern": pattern, "range": span}))
    rows = graph_peer.occurrences("2026-11-01T00:00:00Z", "2026-12-31T00:00:00Z")
    assert [row["start"]["dateTime"][8:10] for row in rows] == days
