"""An event is given another title, the same way in every kind of calendar: that and nothing else is written."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from datetime import timedelta

import pytest

from gateway.calendar.feeds.port import FeedError, FeedEvent, FeedSession, Retitled, Window
from gateway.calendar.words import FeedFault
from tests.calendar.practice import Served, paris
from tests.calendar.server import CalendarServer
from tests.calendar.stories.conftest import STAGES

START = paris("2026-11-25T15:00")
TITLE = "Mme Dupont, 06 39 98 12 34; \\ suivi, avec un titre qui est plus long que la ligne d'un fichier"
WINDOW = Window(START - timedelta(days=1), START + timedelta(days=40))


@pytest.fixture
def writes() -> bool:
    """She agreed."""
    return True


@pytest.fixture(params=[each for each in STAGES if each.id != "ics"])
def stage(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Wherever a calendar can be written; of files that are only published, tests/calendar/feeds/ics tell."""
    where, database = request.param
    return where, database


@pytest.fixture
async def session(served: Served) -> AsyncIterator[FeedSession]:
    """A session on her calendar."""
    opened = served.feed.open(served.secret)
    yield opened
    await opened.close()


def marked(title: str) -> str:
    """What is to stand there."""
    return f"✓ {title.removeprefix('✓ ')}"


async def listed(session: FeedSession, served: Served) -> list[FeedEvent]:
    """Her events, the earliest first."""
    changes = await session.changes(served.calendar_id, None, WINDOW)
    return sorted(changes.events, key=lambda each: str(each.start))


async def test_the_title_changes_and_nothing_else(session: FeedSession, served: Served, server: CalendarServer) -> None:
    handle = await server.create(TITLE, START, location="Rue des Lilas 3", description="Apporter\nla carte, svp")
    (before,) = await listed(session, served)
    assert await session.retitle(served.calendar_id, before.event_id, marked) is Retitled.DONE
    assert await server.titles(handle) == [f"✓ {TITLE}"]
    (after,) = await listed(session, served)
    same = ("event_id", "uid", "start", "end", "zone", "status", "location", "description", "created_at")
    assert [getattr(after, each) for each in same] == [getattr(before, each) for each in same]
    assert after.revision != before.revision


async def test_what_has_that_title_already_is_not_written_again(
    session: FeedSession, served: Served, server: CalendarServer
) -> None:
    await server.create(TITLE, START)
    (event,) = await listed(session, served)
    for _ in range(2):
        assert await session.retitle(served.calendar_id, event.event_id, marked) is Retitled.DONE
    (first,) = await listed(session, served)
    await session.retitle(served.calendar_id, event.event_id, marked)
    assert [each.revision for each in await listed(session, served)] == [first.revision]


async def test_of_a_series_one_occurrence_is_written(
    session: FeedSession, served: Served, server: CalendarServer
) -> None:
    handle = await server.create(TITLE, START, weeks=4)
    before = await listed(session, served)
    for number in (1, 1, 3):  # the second time it is an exception already
        assert await session.retitle(served.calendar_id, before[number].event_id, marked) is Retitled.DONE
    assert await server.titles(handle) == [TITLE, f"✓ {TITLE}", TITLE, f"✓ {TITLE}"]
    after = await listed(session, served)
    assert [(each.event_id, each.start, each.end) for each in after] == [
        (each.event_id, each.start, each.end) for each in before
    ]


async def test_an_occurrence_that_was_moved_stays_where_it_is(
    session: FeedSession, served: Served, server: CalendarServer
) -> None:
    handle = await server.create(TITLE, START, weeks=3)
    await server.move_occurrence(handle, 1, START + timedelta(days=8, hours=1))
    before = await listed(session, served)
    assert await session.retitle(served.calendar_id, before[1].event_id, marked) is Retitled.DONE
    assert await server.titles(handle) == [TITLE, f"✓ {TITLE}", TITLE]
    assert [each.start for each in await listed(session, served)] == [each.start for each in before]


async def test_what_somebody_else_writes_at_the_same_moment_is_not_lost(
    session: FeedSession, served: Served, server: CalendarServer
) -> None:
    handle = await server.create(TITLE, START)
    (event,) = await listed(session, served)

    def meanwhile(title: str) -> str:
        _now(server.edit(handle, title="Mme Durand"))
        return marked(title)

    assert await session.retitle(served.calendar_id, event.event_id, meanwhile) is Retitled.CHANGED
    assert await server.titles(handle) == ["Mme Durand"]
    assert await session.retitle(served.calendar_id, event.event_id, marked) is Retitled.DONE
    assert await server.titles(handle) == ["✓ Mme Durand"]


async def test_what_is_gone_is_not_written(session: FeedSession, served: Served, server: CalendarServer) -> None:
    gone, series = await server.create(TITLE, START), await server.create(TITLE, START + timedelta(hours=2), weeks=2)
    before = await listed(session, served)
    await server.delete(gone)
    await server.delete_occurrence(series, 1)
    for each in (before[0], before[2]):
        assert await session.retitle(served.calendar_id, each.event_id, marked) is Retitled.GONE
    assert await server.titles(series) == [TITLE]


async def test_trouble_is_told_as_it_is_when_reading(
    session: FeedSession, served: Served, server: CalendarServer
) -> None:
    handle = await server.create(TITLE, START)
    (event,) = await listed(session, served)
    await server.fail(1)
    await server.fail(1, retry_after=timedelta(minutes=10))
    told = []
    for _ in range(2):
        with pytest.raises(FeedError) as failed:
            await session.retitle(served.calendar_id, event.event_id, marked)
        told.append((failed.value.fault, failed.value.retry_after))
    assert told == [(FeedFault.UNAVAILABLE, None), (FeedFault.THROTTLED, timedelta(minutes=10))]
    assert await server.titles(handle) == [TITLE]


def _now(work: Coroutine[object, object, None]) -> None:
    """Do what only looks as if it waited for something."""
    with suppress(StopIteration):
        work.send(None)
