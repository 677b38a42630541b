"""What the delta of a calendar view tells, page by page and round by round."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import appointment, at, weekly
from tests.peers.graph.state import CALENDAR

Json = dict[str, Any]

WINDOW = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z"}
DELTA = f"me/calendars/{CALENDAR}/calendarView/delta"


def begin(client: httpx.Client, path: str = DELTA, **headers: str) -> tuple[list[Json], str]:
    return collect(client, client.get(path, params=WINDOW, headers=headers), **headers)


def again(client: httpx.Client, link: str, **headers: str) -> tuple[list[Json], str]:
    return collect(client, client.get(link, headers=headers), **headers)


def collect(client: httpx.Client, answer: httpx.Response, **headers: str) -> tuple[list[Json], str]:
    rows: list[Json] = []
    while True:
        page = answer.raise_for_status().json()
        rows += page["value"]
        if "@odata.deltaLink" in page:
            return rows, page["@odata.deltaLink"]
        answer = client.get(page["@odata.nextLink"], headers=headers)


def gone(rows: list[Json]) -> list[str]:
    return [row["id"] for row in rows if "@removed" in row]


def of_type(rows: list[Json], kind: str) -> list[Json]:
    return [row for row in rows if row.get("type") == kind]


def occurrences(peer: GraphPeer) -> list[Json]:
    return peer.occurrences(WINDOW["startDateTime"], WINDOW["endDateTime"])


def test_a_series_is_told_once_with_everything_and_its_occurrences_are_thin(
    graph_peer: GraphPeer, client: httpx.Client
) -> None:
    series = graph_peer.create(weekly())
    rows, _ = begin(client)
    (told,) = of_type(rows, "seriesMaster")
    assert (told["id"], told["subject"]) == (series["id"], series["subject"])
    thin = of_type(rows, "occurrence")
    assert [row["start"]["dateTime"] for row in thin] == [
        "2026-10-20T07:00:00.0000000",
        "2026-10-27T08:00:00.0000000",
        "2026-11-03T08:00:00.0000000",
        "2026-11-10T08:00:00.0000000",
    ]
    assert {row["seriesMasterId"] for row in thin} == {series["id"]}
    assert set(thin[0]) == {"@odata.type", "@odata.etag", "seriesMasterId", "type", "id", "start", "end"}


def test_a_series_may_be_missing_from_its_own_delta(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.manners(tell_master=False)
    series = graph_peer.create(weekly())
    rows, _ = begin(client)
    assert of_type(rows, "seriesMaster") == []
    assert client.get(f"me/events/{series['id']}").json()["subject"] == series["subject"]


def test_pages_hold_as_many_rows_as_preferred_and_never_a_part_of_a_series(
    graph_peer: GraphPeer, client: httpx.Client
) -> None:
    for day in range(24, 28):
        graph_peer.create(appointment(f"2026-11-{day}"))
    graph_peer.create(weekly())
    first = client.get(DELTA, params=WINDOW, headers={"Prefer": "odata.maxpagesize=3"}).json()
    assert len(first["value"]) == 3
    assert "@odata.deltaLink" not in first
    last = client.get(first["@odata.nextLink"], headers={"Prefer": "odata.maxpagesize=3"}).json()
    assert len(last["value"]) == 1 + 1 + 4
    assert "@odata.nextLink" not in last


def test_some_mailboxes_never_reach_the_last_page(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.manners(endless_pages=True)
    graph_peer.create(appointment())
    first = client.get(DELTA, params=WINDOW).json()
    second = client.get(first["@odata.nextLink"]).json()
    assert second["value"] == first["value"]
    assert second["@odata.nextLink"] != first["@odata.nextLink"]


def test_a_round_tells_what_is_new_changed_and_removed(graph_peer: GraphPeer, client: httpx.Client) -> None:
    kept, dropped = (graph_peer.create(appointment(f"2026-11-{day}")) for day in (25, 26))
    _, link = begin(client)
    graph_peer.change(kept["id"], {"subject": "no number any more"})
    graph_peer.delete(dropped["id"])
    new = graph_peer.create(appointment())
    rows, link = again(client, link)
    assert {row["id"]: row.get("subject") for row in rows} == {
        kept["id"]: "no number any more",
        dropped["id"]: None,
        new["id"]: new["subject"],
    }
    assert gone(rows) == [dropped["id"]]
    assert again(client, link)[0] == []


def test_what_lies_outside_of_the_window_is_told_as_removed(graph_peer: GraphPeer, client: httpx.Client) -> None:
    moved = graph_peer.create(appointment())
    _, link = begin(client)
    graph_peer.change(moved["id"], {"start": at("2027-03-01"), "end": at("2027-03-01", "10:00")})
    never_seen = graph_peer.create(appointment("2027-03-02"))
    assert gone(again(client, link)[0]) == [moved["id"], never_seen["id"]]


@pytest.mark.parametrize("told", [True, False])
def test_a_deleted_occurrence_may_leave_no_trace_but_its_absence(
    graph_peer: GraphPeer, client: httpx.Client, told: bool
) -> None:
    graph_peer.manners(tell_deleted_occurrences=told)
    graph_peer.create(weekly())
    second = occurrences(graph_peer)[1]["id"]
    _, link = begin(client)
    graph_peer.delete(second)
    rows, _ = again(client, link)
    assert gone(rows) == ([second] if told else [])
    assert len(of_type(rows, "seriesMaster")) == 1
    assert [row["start"]["dateTime"][:10] for row in of_type(rows, "occurrence")] == [
        "2026-10-20",
        "2026-11-03",
        "2026-11-10",
    ]
    assert client.get(f"me/events/{second}").status_code == 404


def test_a_changed_occurrence_is_an_exception_with_everything(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.create(weekly())
    second = occurrences(graph_peer)[1]
    _, link = begin(client)
    graph_peer.change(second["id"], {"start": at("2026-10-29"), "end": at("2026-10-29", "10:00")})
    rows, _ = again(client, link)
    (told,) = of_type(rows, "exception")
    assert (told["id"], told["start"]["dateTime"]) == (second["id"], "2026-10-29T08:00:00.0000000")
    assert told["originalStart"] == "2026-10-27T08:00:00Z"
    assert len(of_type(rows, "occurrence")) == 3


def test_an_exception_that_leaves_the_window_is_told_as_removed(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.create(weekly())
    second = occurrences(graph_peer)[1]
    _, link = begin(client)
    graph_peer.change(second["id"], {"start": at("2027-02-01"), "end": at("2027-02-01", "10:00")})
    assert gone(again(client, link)[0]) == [second["id"]]


def test_a_series_with_new_hours_forgets_its_exceptions(graph_peer: GraphPeer, client: httpx.Client) -> None:
    series = graph_peer.create(weekly())
    graph_peer.change(occurrences(graph_peer)[1]["id"], {"subject": "Dupont"})
    _, link = begin(client)
    graph_peer.change(series["id"], {"start": at("2026-10-20", "11:00"), "end": at("2026-10-20", "12:00")})
    rows, _ = again(client, link)
    assert [row["start"]["dateTime"][11:13] for row in of_type(rows, "occurrence")] == ["09", "10", "10", "10"]
    assert of_type(rows, "exception") == []


@pytest.mark.parametrize(("one_by_one", "count"), [(False, 1), (True, 5)])
def test_a_deleted_series_is_removed_as_such_or_with_each_occurrence(
    graph_peer: GraphPeer, client: httpx.Client, one_by_one: bool, count: int
) -> None:
    graph_peer.manners(tell_removed_occurrences=one_by_one)
    series = graph_peer.create(weekly())
    _, link = begin(client)
    graph_peer.delete(series["id"])
    rows, _ = again(client, link)
    assert gone(rows)[0] == series["id"]
    assert len(gone(rows)) == count


def test_a_restored_event_is_back(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.create(weekly())
    event, second = graph_peer.create(appointment()), occurrences(graph_peer)[1]
    for each in (event, second):
        graph_peer.delete(each["id"])
    _, link = begin(client)
    for each in (event, second):
        graph_peer.restore(each["id"])
    assert {event["id"], second["id"]} <= {row["id"] for row in again(client, link)[0]}


def test_an_event_that_goes_to_another_calendar_is_removed_here_and_new_there(
    graph_peer: GraphPeer, client: httpx.Client
) -> None:
    graph_peer.control.post("/calendars", {"calendar_id": "second", "name": "Cabinet"})
    event = graph_peer.create(appointment())
    _, here = begin(client)
    _, there = begin(client, "me/calendars/second/calendarView/delta")
    graph_peer.move(event["id"], "second")
    assert gone(again(client, here)[0]) == [event["id"]]
    assert [row["id"] for row in again(client, there)[0]] == [event["id"]]


def test_ids_that_are_not_immutable_change_with_a_move(
    graph_peer: GraphPeer, clients: Callable[..., httpx.Client]
) -> None:
    graph_peer.control.post("/calendars", {"calendar_id": "second", "name": "Cabinet"})
    careless = clients(prefer='outlook.timezone="UTC"')
    event = graph_peer.create(appointment())
    old = begin(careless)[0][0]["id"]
    graph_peer.move(event["id"], "second")
    new = begin(careless, "me/calendars/second/calendarView/delta")[0][0]["id"]
    assert len({event["id"], old, new}) == 3
    assert [careless.get(f"me/events/{each}").status_code for each in (event["id"], old, new)] == [200, 404, 200]


def test_an_expired_delta_link_is_gone_and_a_first_round_tells_no_removals(
    graph_peer: GraphPeer, client: httpx.Client
) -> None:
    event = graph_peer.create(appointment())
    _, link = begin(client)
    graph_peer.delete(event["id"])
    graph_peer.control.post("/cursors/expire")
    answer = client.get(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert begin(client)[0] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"startDateTime": "soon", "endDateTime": "later"}, 400),
        ({"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2030-01-01T00:00:00Z"}, 400),
        (WINDOW | {"$select": "subject"}, 400),
        ({"$deltatoken": "made up"}, 410),
        ({"$skiptoken": "made up"}, 410),
        ({"startdatetime": "2026-10-01T00:00:00.0000000", "enddatetime": "2026-12-01T00:00:00.0000000"}, 200),
    ],
)
def test_nonsense_is_refused(client: httpx.Client, query: Json, status: int) -> None:
    assert client.get(DELTA, params=query).status_code == status
