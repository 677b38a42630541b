"""Whatever server keeps a calendar, what its owner does to it comes out the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
import recurring_ical_events

from tests.calendar.server import CalendarServer
from tests.peers.caldav_server import CalDavServer
from tests.peers.google_calendar.server import GoogleServer
from tests.peers.graph.server import GraphServer
from tests.peers.radicale import PASSWORD, USER

PARIS = ZoneInfo("Europe/Paris")
WINDOW = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
FIRST = datetime(2026, 10, 20, 9, 0, tzinfo=PARIS)

Seen = list[tuple[str, datetime]]


@dataclass
class Owned:
    """A calendar, and how to ask its server for what is on."""

    server: CalendarServer
    look: Callable[[], Seen]
    status: Callable[[], int]  # of a request as clients make it


@pytest.fixture(params=["google", "outlook", "caldav"])
def owned(request: pytest.FixtureRequest) -> Owned:
    """An empty calendar of each kind."""
    if request.param == "google":
        return _at_google(request.getfixturevalue("google_calendar"))
    if request.param == "outlook":
        return _in_outlook(request.getfixturevalue("outlook_calendar"))
    return _on_radicale(request.getfixturevalue("caldav_server"))


def _at_google(server: GoogleServer) -> Owned:
    token = _google_token(server)

    def look() -> Seen:
        rows = server.peer.instances(timeMin=f"{WINDOW[0]:%Y-%m-%dT%H:%M:%SZ}")
        return [(row["summary"], datetime.fromisoformat(row["start"]["dateTime"])) for row in rows]

    def status() -> int:
        where = f"{server.peer.api}calendars/primary/events"
        return httpx.get(where, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code

    return Owned(server, look, status)


def _google_token(server: GoogleServer) -> str:
    form = {"grant_type": "refresh_token", **server.peer.grant()} | {"scopes": ""}
    token: str = httpx.post(server.peer.token_uri, data=form, trust_env=False).json()["access_token"]
    return token


def _in_outlook(server: GraphServer) -> Owned:
    token = server.peer.grant()["access_token"]

    def look() -> Seen:
        rows = server.peer.occurrences(*(f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in WINDOW))
        live = (row for row in rows if not row["isCancelled"])
        return [(row["subject"], datetime.fromisoformat(row["start"]["dateTime"][:19] + "Z")) for row in live]

    def status() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        where = f"{server.peer.api}/me/calendars"
        return httpx.get(where, headers=headers, verify=server.peer.trust(), trust_env=False).status_code

    return Owned(server, look, status)


def _on_radicale(server: CalDavServer) -> Owned:
    def get() -> httpx.Response:
        return httpx.get(server.url, auth=(USER, PASSWORD), trust_env=False)

    def look() -> Seen:
        found: list[Any] = recurring_ical_events.of(icalendar.Calendar.from_ical(get().text)).between(*WINDOW)
        live = (each for each in found if each["status"] != "CANCELLED")
        return sorted(((str(each["summary"]), each.start) for each in live), key=lambda each: each[1])

    return Owned(server, look, lambda: get().status_code)


@pytest.fixture
def server(owned: Owned) -> CalendarServer:
    """The calendar in the hands of its owner."""
    return owned.server


async def test_an_event_is_written_edited_moved_and_deleted(owned: Owned, server: CalendarServer) -> None:
    handle = await server.create("Martin", FIRST, location="12 rue Haute", description="06 12 34 56 78")
    assert owned.look() == [("Martin", FIRST)]
    await server.edit(handle, title="Dupont", description="")
    await server.move(handle, FIRST + timedelta(days=7))
    assert owned.look() == [("Dupont", FIRST + timedelta(days=7))]
    await server.delete(handle)
    assert owned.look() == []


@pytest.mark.parametrize("weeks", [0, 3])
async def test_a_cancelled_event_can_be_taken_back(owned: Owned, server: CalendarServer, weeks: int) -> None:
    handle = await server.create("Martin", FIRST, weeks=weeks)
    before = owned.look()
    await server.cancel(handle)
    assert owned.look() == []
    await server.uncancel(handle)
    assert owned.look() == before


async def test_a_series_keeps_its_hour_over_a_clock_change(owned: Owned, server: CalendarServer) -> None:
    await server.create("Martin", FIRST, weeks=3)
    assert [at.astimezone(PARIS).isoformat() for _, at in owned.look()] == [
        "2026-10-20T09:00:00+02:00",
        "2026-10-27T09:00:00+01:00",
        "2026-11-03T09:00:00+01:00",
    ]


async def test_one_occurrence_is_moved_and_another_one_deleted(owned: Owned, server: CalendarServer) -> None:
    handle = await server.create("Martin", FIRST, weeks=3)
    await server.move_occurrence(handle, 1, datetime(2026, 10, 29, 15, 0, tzinfo=PARIS))
    await server.delete_occurrence(handle, 2)
    assert [at.astimezone(PARIS).isoformat() for _, at in owned.look()] == [
        "2026-10-20T09:00:00+02:00",
        "2026-10-29T15:00:00+01:00",
    ]


async def test_a_series_moves_to_another_day_and_is_renamed(owned: Owned, server: CalendarServer) -> None:
    handle = await server.create("Martin", FIRST, weeks=2)
    await server.move(handle, FIRST + timedelta(days=1, hours=2))
    await server.edit(handle, title="Dupont")
    assert [(title, at.astimezone(PARIS).isoformat()) for title, at in owned.look()] == [
        ("Dupont", "2026-10-21T11:00:00+02:00"),
        ("Dupont", "2026-10-28T11:00:00+01:00"),
    ]


async def test_a_server_fails_as_often_as_it_is_told_to(owned: Owned, server: CalendarServer) -> None:
    await server.fail(2)
    await server.fail(1, timedelta(seconds=30))
    assert [owned.status() for _ in range(4)] == [503, 503, 429, 200]


async def test_a_revoked_consent_opens_nothing(owned: Owned, server: CalendarServer) -> None:
    await server.revoke()
    assert owned.status() == 401


async def test_cursors_can_expire_without_a_trace_for_whoever_has_none(owned: Owned, server: CalendarServer) -> None:
    handle = await server.create("Martin", FIRST)
    await server.expire_cursors()
    await server.edit(handle, title="Dupont")
    assert owned.look() == [("Dupont", FIRST)]
