"""Calendars on a real CalDAV server: found, listed when they change, read again one by one; on others, faults."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.caldav import CalDavFeed
from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.keys import Login
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.port import FeedError, FeedSession, Window
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.ics.texts import WINDOW, ZONE, calendar, event
from tests.calendar.feeds.ics.web_server import answer, web_server
from tests.peers.radicale import PASSWORD, USER, Radicale

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Linked(NamedTuple):
    """A session on the server, and the address of a calendar that is this test's own."""

    session: FeedSession
    calendar_id: str
    path: str


def session_of(fetcher: Fetcher, reader: CalendarReader, login: Login) -> FeedSession:
    return CalDavFeed(fetcher, reader, lambda: NOW).open(login.seal())


@pytest.fixture
async def linked(radicale: Radicale, request: pytest.FixtureRequest) -> AsyncIterator[Linked]:
    reader, path = CalendarReader(), str(abs(hash(request.node.nodeid)))
    address = radicale.make_calendar(path, "Practice")
    async with Fetcher(Gate({f"127.0.0.1:{radicale.port}"})) as fetcher:
        yield Linked(session_of(fetcher, reader, Login(radicale.url, USER, PASSWORD, ZONE)), address, path)
    await reader.close()
    radicale.delete(path)


async def test_calendars_are_found_by_way_of_the_user_and_task_lists_are_none(
    linked: Linked,
    radicale: Radicale,
) -> None:
    radicale.make_calendar("tasks", "Tasks", "VTODO")
    found = {each.calendar_id: each.name for each in await linked.session.calendars()}
    radicale.delete("tasks")
    assert found[linked.calendar_id] == "Practice"
    assert "Tasks" not in found.values()


async def test_what_changed_is_listed_anew_and_what_is_gone_is_not_in_it(
    linked: Linked,
    radicale: Radicale,
) -> None:
    session, calendar_id, path = linked
    for uid in ("a", "b"):
        radicale.put(path, uid, calendar(event(uid)))
    first = await session.changes(calendar_id, None, WINDOW)
    again = await session.changes(calendar_id, first.cursor, WINDOW)
    radicale.delete(path, "a")
    third = await session.changes(calendar_id, first.cursor, WINDOW)
    assert ({each.uid for each in first.events}, first.complete) == ({"a", "b"}, True)
    assert (again.events, again.complete) == ((), False)
    assert ([each.uid for each in third.events], third.complete) == (["b"], True)


async def test_another_window_is_listed_anew(linked: Linked, radicale: Radicale) -> None:
    session, calendar_id, path = linked
    radicale.put(path, "late", calendar(event("late", ":20261220T100000Z")))
    first = await session.changes(calendar_id, None, WINDOW)
    later = await session.changes(calendar_id, first.cursor, Window(WINDOW.start, WINDOW.end + timedelta(days=7)))
    assert ([*first.events], [each.uid for each in later.events]) == ([], ["late"])


async def test_one_occurrence_is_read_again_as_it_is_now(linked: Linked, radicale: Radicale) -> None:
    session, calendar_id, path = linked
    series = event("s/1@x", ":20261119T080000Z", RRULE=":FREQ=WEEKLY;COUNT=3")
    moved = event("s/1@x", ":20261127T100000Z", RECURRENCE_ID=":20261126T080000Z")
    radicale.put(path, "s", calendar(series, moved))
    radicale.put(path, "single", calendar(event("single/2")))
    found = await session.reread(calendar_id, "s/1@x/20261126T080000Z")
    single = await session.reread(calendar_id, "single/2")
    assert found is not None
    assert single is not None
    assert found.start == datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert await session.reread(calendar_id, "gone") is None


async def test_a_wrong_password_and_a_calendar_that_is_gone_are_faults(
    linked: Linked,
    radicale: Radicale,
) -> None:
    login, reader = Login(radicale.url, USER, "wrong", ZONE), CalendarReader()
    async with Fetcher(Gate({f"127.0.0.1:{radicale.port}"})) as fetcher:
        with pytest.raises(FeedError) as wrong:
            await session_of(fetcher, reader, login).changes(linked.calendar_id, None, WINDOW)
        with pytest.raises(FeedError) as gone:
            await session_of(fetcher, reader, replace(login, password=PASSWORD)).changes(
                f"{radicale.url}{USER}/nothing/", None, WINDOW
            )
    assert (wrong.value.fault, gone.value.fault) == (FeedFault.CREDENTIALS_WRONG, FeedFault.CALENDAR_GONE)


async def test_a_calendar_on_a_strangers_server_is_not_asked(linked: Linked) -> None:
    with pytest.raises(FeedError, match="another server"):
        await linked.session.changes("https://stranger.example/calendar/", None, WINDOW)


async def test_a_calendar_has_no_push_channels(linked: Linked) -> None:
    assert await linked.session.watch(linked.calendar_id, "1", "https://us.example/push", "token") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        b"<multistatus/>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><D:multistatus xmlns:D="DAV:">&b;</D:multistatus>',
        b"<!DOCTYPE x [<!ENTITY a '" + b"x" * 999 + b"'>]><m>" + b"&a;" * 99 + b"</m>",
    ],
    ids=["nothing", "a page", "no namespace", "an entity", "a bomb"],
)
async def test_an_answer_that_is_no_listing_is_refused(body: bytes) -> None:
    async with web_server(lambda _asked: answer(body, "207 Multi-Status")) as server:
        url = f"http://127.0.0.1:{server.port}/"
        async with Fetcher(Gate({f"127.0.0.1:{server.port}"})) as fetcher:
            with pytest.raises(FeedError, match="unreadable"):
                await session_of(fetcher, CalendarReader(), Login(url, "u", "p", ZONE)).changes(url, None, WINDOW)


async def test_a_server_that_knows_no_calendars_is_refused() -> None:
    async with web_server(lambda _asked: answer(b"<html/>")) as server:
        url = f"http://127.0.0.1:{server.port}/"
        async with Fetcher(Gate({f"127.0.0.1:{server.port}"})) as fetcher:
            with pytest.raises(FeedError, match="unreadable: 200"):
                await session_of(fetcher, CalendarReader(), Login(url, "u", "p", ZONE)).calendars()


@pytest.mark.parametrize("secret", [b"", b"[]", b'{"url": "https://a.example"}'])
def test_a_secret_that_makes_no_sense_is_a_fault(secret: bytes) -> None:
    with pytest.raises(FeedError, match="unreadable: secret"):
        Login.unseal(secret)


def test_a_password_is_not_in_what_is_printed() -> None:
    assert "hush" not in repr(Login("https://a.example", "me", "hush", ZONE))
