"""A feed behind an address: fetched when it changed, read in a process that nothing hangs, refused with a reason."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import pytest

from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.feed import IcsFeed
from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.keys import Subscription
from gateway.calendar.feeds.ics.reading import CAPS, CalendarReader
from gateway.calendar.feeds.ics.unpushed import AHEAD
from gateway.calendar.feeds.port import FeedError, FeedSession, Retitled, Window
from gateway.calendar.schedule import Offset, Schedule, parse_rule
from gateway.calendar.words import FeedFault
from gateway.engine.capped import Caps
from plans.windows import Hours
from tests.calendar.feeds.ics.texts import WINDOW, ZONE, calendar, event
from tests.calendar.feeds.ics.web_server import Asked, WebServer, answer, web_server

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Served(NamedTuple):
    """A session, and the server whose ``script`` is what it reads."""

    session: FeedSession
    server: WebServer
    feed: IcsFeed


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    reader = CalendarReader(replace(CAPS, seconds=60.0))  # what is refused is refused for itself on a busy machine too
    async with web_server(lambda _asked: answer(calendar(event()))) as server:
        async with Fetcher(Gate({f"127.0.0.1:{server.port}"})) as fetcher:
            feed = IcsFeed(fetcher, reader, lambda: NOW)
            secret = Subscription(f"http://127.0.0.1:{server.port}/secret.ics", ZONE).seal()
            yield Served(feed.open(secret), server, feed)
        await reader.close()


async def test_a_feed_is_one_calendar_whose_name_gives_no_address_away(served: Served) -> None:
    served.server.script = lambda _asked: answer(calendar(head="X-WR-CALNAME:Practice"))
    (found,) = await served.session.calendars()
    assert (found.name, found.zone, len(found.calendar_id), "secret" in found.calendar_id) == (
        "Practice",
        ZONE,
        40,
        False,
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("alice.ics", "127.0.0.1/alice.ics"),
        ("calendar/ical/alice%40example.com/private-5c1f0d/basic.ics", "127.0.0.1/basic.ics"),
        ("Cabinet_Dupont.ics?key=9f8e7d", "127.0.0.1/Cabinet_Dupont.ics"),
        *(
            ("5c1f0d9e8b7a.ics", "127.0.0.1"),
            ("xYtRpQwZ.ics", "127.0.0.1"),
            ("c/secretsecretsecretsecret", "127.0.0.1"),
        ),
        *(("", "127.0.0.1"), ("feed?token=9f8e7d.ics", "127.0.0.1")),
    ],
)
async def test_a_feed_without_a_name_is_called_by_host_and_file_and_never_by_a_key(
    path: str, name: str, served: Served
) -> None:
    address = f"http://127.0.0.1:{served.server.port}/{path}"
    (found,) = await served.feed.open(Subscription(address, ZONE).seal()).calendars()
    assert found.name == name


async def test_nothing_new_is_no_answer_to_who_knows_nothing_yet(served: Served) -> None:
    """A calendar that was never read would count as read, for ever."""
    served.server.script = lambda _asked: answer(status="304 Not Modified")
    with pytest.raises(FeedError, match="unreadable: 304"):
        await served.session.changes("c", None, WINDOW)


def test_an_event_is_found_again_however_long_before_it_its_reminder_leaves() -> None:
    once_a_week = (Hours(time(8), time(9)), *(None,) * 6)
    furthest = Schedule((Offset(parse_rule("60d~08:00")),), hours=once_a_week)
    assert furthest.reach <= AHEAD


async def test_the_first_look_is_complete_and_the_next_one_finds_nothing_new(served: Served) -> None:
    first = await served.session.changes("c", None, WINDOW)
    again = await served.session.changes("c", first.cursor, WINDOW)
    assert ([each.uid for each in first.events], first.complete) == (["a@x"], True)
    assert (again.events, again.complete, again.cursor) == ((), False, first.cursor)


async def test_a_changed_file_is_complete_again(served: Served) -> None:
    first = await served.session.changes("c", None, WINDOW)
    served.server.script = lambda _asked: answer(calendar(event("b@x"), head="X-PUBLISHED-TTL:PT1H"))
    second = await served.session.changes("c", first.cursor, WINDOW)
    assert ([each.uid for each in second.events], second.complete) == (["b@x"], True)
    assert second.poll_after == timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "value", "condition"),
    [("ETag", '"7"', "if-none-match"), ("Last_Modified", "Mon, 23 Nov 2026 09:00:00 GMT", "if-modified-since")],
)
async def test_a_server_that_knows_versions_is_spared_the_file(
    header: str, value: str, condition: str, served: Served
) -> None:
    def script(asked: Asked) -> bytes:
        known = asked.headers.get(condition) == value
        return answer(status="304 Not Modified") if known else answer(calendar(event()), **{header: value})

    served.server.script = script
    first = await served.session.changes("c", None, WINDOW)
    again = await served.session.changes("c", first.cursor, WINDOW)
    other = Window(WINDOW.start, WINDOW.end + timedelta(days=1))
    assert (first.complete, again.complete) == (True, False)
    assert (await served.session.changes("c", first.cursor, other)).complete


@pytest.mark.parametrize("cursor", ["nonsense", "[]", json.dumps({"window": []})])
async def test_a_cursor_that_makes_no_sense_begins_anew(cursor: str, served: Served) -> None:
    try:
        found = await served.session.changes("c", cursor, WINDOW)
    except FeedError as error:
        assert error.fault is FeedFault.CURSOR_EXPIRED  # noqa: PT017 - either is right
    else:
        assert found.complete


async def test_one_event_is_found_as_it_is_now_or_not_at_all(served: Served) -> None:
    found = await served.session.reread("c", "a@x")
    assert found is not None
    assert (found.title, await served.session.reread("c", "gone")) == ("Visit", None)


async def test_a_file_has_no_push_channels(served: Served) -> None:
    assert await served.session.watch("c", "1", "https://us.example/push", "token") is None


@pytest.mark.parametrize("secret", [b"", b"[]", b'{"url": "https://a.example"}'])
def test_a_secret_that_makes_no_sense_is_a_fault(secret: bytes) -> None:
    with pytest.raises(FeedError, match="unreadable: secret"):
        Subscription.unseal(secret)


HOSTILE = {
    "a rule by the second": (calendar(event(RRULE=":FREQ=SECONDLY")), FeedFault.TOO_FREQUENT),
    "50 MB": (b"BEGIN:VCALENDAR" + b" " * 50_000_000, FeedFault.TOO_LARGE),
    "a million occurrences": (
        calendar(*(event(str(n), RRULE=":FREQ=DAILY;BYHOUR=8,9,10,11") for n in range(300))),
        FeedFault.TOO_LARGE,
    ),
    "a page instead": (b"<html>Sign in</html>", FeedFault.UNREADABLE),
    "a rule that never ends": (calendar(event(RRULE=":FREQ=DAILY;INTERVAL=0")), FeedFault.UNREADABLE),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_feed_is_refused_with_its_reason_and_others_go_on(name: str, served: Served) -> None:
    text, fault = HOSTILE[name]
    good = served.feed.open(served.session.secret.replace(b"secret.ics", b"good.ics"))
    served.server.script = lambda asked: answer(text if "secret" in asked.path else calendar(event()))
    bad, well = await asyncio.gather(
        served.session.changes("c", None, WINDOW), good.changes("c", None, WINDOW), return_exceptions=True
    )
    assert isinstance(bad, FeedError)
    assert not isinstance(well, BaseException)
    assert (bad.fault, len(well.events)) == (fault, 1)


async def test_overrides_that_chase_each_other_and_the_year_9999_end_in_an_answer(served: Served) -> None:
    one, two = ":20261124T100000Z", ":20261125T100000Z"
    chase = [
        event(start=one, RRULE=":FREQ=DAILY;COUNT=9"),
        event(start=two, RECURRENCE_ID=f";RANGE=THISANDFUTURE{one}"),
        event(start=one, RECURRENCE_ID=f";RANGE=THISANDFUTURE{two}"),
        event("far", ":99991231T235959Z", RRULE=":FREQ=YEARLY"),
    ]
    served.server.script = lambda _asked: answer(calendar(*chase))
    assert (await served.session.changes("c", None, WINDOW)).complete


async def test_a_text_that_takes_too_long_is_refused_and_the_next_one_is_read() -> None:
    reader = CalendarReader(Caps(seconds=0.2))
    slow = calendar(event(start=":19000101T000000Z", RRULE=":FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12"))
    with pytest.raises(FeedError, match="unreadable: limits"):
        await reader.read([slow], WINDOW, ZONE)
    (found,) = await reader.read([calendar()], WINDOW, ZONE)
    await reader.close()
    assert found.events == []


async def test_an_answer_that_is_no_file_is_refused(served: Served) -> None:
    served.server.script = lambda _asked: answer(status="204 No Content")
    with pytest.raises(FeedError, match="unreadable: 204"):
        await served.session.changes("c", None, WINDOW)


async def test_what_is_published_cannot_be_written(served: Served) -> None:
    (found,) = await served.session.calendars()
    assert not found.writable
    assert await served.session.retitle("c", "a@x", str.upper) is Retitled.READ_ONLY
