"""Calendars on a real CalDAV server: found, listed when they change, read again one by one; on others, faults."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from xml.sax.saxutils import escape

import pytest

from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.caldav import CalDavFeed
from gateway.calendar.feeds.ics.dav import MultiStatus
from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.keys import Login
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.port import FeedError, FeedSession, Retitled, Window
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.ics.texts import WINDOW, ZONE, calendar, event
from tests.calendar.feeds.ics.web_server import Asked, answer, web_server
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


def report(etag: str = '"1"', text: bytes | None = None) -> bytes:
    """What a server has under a UID."""
    told = escape((text or calendar(event())).decode())
    return (
        '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/c/a.ics</D:href>'
        f"<D:propstat><D:prop><D:getetag>{etag}</D:getetag><C:calendar-data>{told}</C:calendar-data></D:prop>"
        "</D:propstat></D:response></D:multistatus>"
    ).encode()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("204 No Content", Retitled.DONE),
        ("412 Precondition Failed", Retitled.CHANGED),
        ("423 Locked", Retitled.CHANGED),
        ("403 Forbidden", Retitled.READ_ONLY),
        ("404 Not Found", Retitled.GONE),
        ("415 Unsupported Media Type", Retitled.REFUSED),
        ("401 Unauthorized", FeedFault.CREDENTIALS_WRONG),
    ],
)
async def test_a_title_is_put_back_on_the_version_that_was_read(status: str, outcome: Retitled | FeedFault) -> None:
    def script(asked: Asked) -> bytes:
        return answer(report(), "207 Multi-Status") if asked.method == "REPORT" else answer(status=status)

    reader = CalendarReader()
    async with web_server(script) as server, Fetcher(Gate({f"127.0.0.1:{server.port}"})) as fetcher:
        url = f"http://127.0.0.1:{server.port}/c/"
        session = session_of(fetcher, reader, Login(url, "u", "p", ZONE))
        try:
            found: Retitled | FeedFault = await session.retitle(url, "a@x", "✓ {}".format)
        except FeedError as error:
            found = error.fault
    await reader.close()
    put = server.asked[-1]
    assert (found, put.method, put.path, put.headers["if-match"]) == (outcome, "PUT", "/c/a.ics", '"1"')
    assert put.body == calendar(event(SUMMARY=":✓ Visit"))


ELSEWHERE = calendar(
    event(start=":20261124T100000", RRULE=":FREQ=WEEKLY;COUNT=3"), head="X-WR-TIMEZONE:America/New_York"
)


@pytest.mark.parametrize(
    ("body", "event_id"),
    [(report(etag=""), "a@x"), (report(text=ELSEWHERE), "a@x/20261201T150000Z")],
    ids=["no etag", "it would be put beside its series"],
)
async def test_what_would_change_more_than_a_title_is_not_put_back(body: bytes, event_id: str) -> None:
    reader = CalendarReader()
    async with (
        web_server(lambda _asked: answer(body, "207 Multi-Status")) as server,
        Fetcher(Gate({f"127.0.0.1:{server.port}"})) as fetcher,
    ):
        url = f"http://127.0.0.1:{server.port}/c/"
        session = session_of(fetcher, reader, Login(url, "u", "p", ZONE))
        assert await session.retitle(url, event_id, "✓ {}".format) is Retitled.REFUSED
    await reader.close()
    assert {each.method for each in server.asked} == {"REPORT"}


@pytest.mark.parametrize("privileges", [("read",), ("read", "write-content"), ()])
def test_a_server_tells_who_may_write(privileges: tuple[str, ...]) -> None:
    told = "".join(f"<D:privilege><D:{each}/></D:privilege>" for each in privileges)
    body = (
        '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/c/</D:href>'
        "<D:propstat><D:prop><D:resourcetype><C:calendar/></D:resourcetype>"
        f"<D:current-user-privilege-set>{told}</D:current-user-privilege-set></D:prop></D:propstat>"
        "</D:response></D:multistatus>"
    )
    assert [each.writable for each in MultiStatus(body.encode()).collections()] == [privileges != ("read",)]
