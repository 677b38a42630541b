"""The feed of Outlook calendars, through msal and a real TLS socket."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.calendar.feeds.outlook.feed import OutlookSession
from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.asking import CALENDAR, WINDOW, everything, page, refusal_of
from tests.calendar.feeds.outlook.resources import event, occurrence, refusal, removed, series, thin
from tests.calendar.feeds.responder import Answer, Responder


async def test_the_first_list_is_complete_and_bounded_and_asks_for_ids_that_stay(
    session: OutlookSession, microsoft: Responder
) -> None:
    found = await everything(session, microsoft, event(), removed("old"))
    (asked,) = microsoft.asked
    assert ([each.event_id for each in found.events], found.complete) == (["AAMkADI2="], True)
    assert asked.path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/calendarView/delta"
    assert asked.query == {"startDateTime": "2026-11-22T09:00:00Z", "endDateTime": "2027-01-29T09:00:00Z"}
    assert asked.headers["authorization"] == "Bearer access-1"
    for wish in (
        'IdType="ImmutableId"',
        'outlook.timezone="UTC"',
        'outlook.body-content-type="text"',
        "odata.maxpagesize=",
    ):
        assert wish in asked.headers["prefer"]


async def test_all_pages_are_read_with_the_same_wishes(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(page(microsoft, event(id="1"), further="n1"), page(microsoft, event(id="2")))
    found = await session.changes(CALENDAR, None, WINDOW)
    first, second = microsoft.asked
    assert [each.event_id for each in found.events] == ["1", "2"]
    assert (second.query["$deltatoken"], second.headers["prefer"]) == ("n1", first.headers["prefer"])


async def test_a_list_without_end_is_given_up(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(*[page(microsoft, further="more")] * 201)
    assert (await refusal_of(session)).fault is FeedFault.TOO_LARGE


async def test_thin_occurrences_are_filled_from_their_series(session: OutlookSession, microsoft: Responder) -> None:
    found = await everything(session, microsoft, series(), thin("2026-11-27"), thin("2026-12-04"))
    assert [(each.event_id, each.title) for each in found.events] == [
        ("weekly-2026-11-27", "Mme Lefort"),
        ("weekly-2026-12-04", "Mme Lefort"),
    ]


async def test_a_series_that_did_not_come_along_is_read_once(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(page(microsoft, thin("2026-11-27"), thin("2026-12-04")), Answer(series(subject="Atelier")))
    found = await session.changes(CALENDAR, None, WINDOW)
    assert [each.title for each in found.events] == ["Atelier", "Atelier"]
    assert microsoft.asked[1].path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/events/weekly"


async def test_occurrences_of_a_series_that_is_gone_meanwhile_are_gone(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(page(microsoft, thin("2026-11-27")), Answer(refusal("ErrorItemNotFound"), 404))
    found = await session.changes(CALENDAR, None, WINDOW)
    assert (list(found.events), set(found.removed)) == ([], {"weekly-2026-11-27"})


async def test_later_only_changes_are_asked_for(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft, event())
    microsoft.script(page(microsoft, event(id="new"), removed("AAMkADI2=")))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert microsoft.asked[1].query == {"$deltatoken": "d1"}
    assert ([each.event_id for each in found.events], found.complete) == (["new"], False)
    assert set(found.removed) == set(found.removed_series) == {"AAMkADI2="}


async def test_of_a_series_that_was_touched_everything_is_read_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft, series(), thin("2026-11-27"), thin("2026-12-04"))
    left = occurrence("2026-12-04")  # the other one was deleted, which a delta does not say
    microsoft.script(page(microsoft, series(), thin("2026-12-04")), Answer({"value": [left]}))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert microsoft.asked[-1].path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/events/weekly/instances"
    assert ([each.event_id for each in found.events], set(found.complete_series)) == (["weekly-2026-12-04"], {"weekly"})


@pytest.mark.parametrize("told", [True, False])
async def test_a_series_that_was_deleted_is_gone_as_a_whole(
    session: OutlookSession, microsoft: Responder, told: bool
) -> None:
    first = await everything(session, microsoft, series(), thin("2026-11-27"))
    microsoft.script(page(microsoft, removed("weekly") if told else series()))
    microsoft.script(Answer(refusal("ErrorItemNotFound"), 404))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert (set(found.removed_series), set(found.complete_series)) == ({"weekly"}, set())


async def test_that_the_occurrences_cannot_be_read_is_told(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft, series()), Answer({}, 503))
    assert (await refusal_of(session, first.cursor)).fault is FeedFault.UNAVAILABLE


async def test_where_many_series_were_touched_everything_is_listed_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft, *[series(id=f"s{each}") for each in range(21)]), page(microsoft, event()))
    assert first.listed
    again = await session.changes(CALENDAR, first.cursor, first.listed)
    assert again.complete
    assert len(microsoft.asked) == 3
    assert again.listed == first.listed, "a window that grew at each such change would have no end"


async def test_once_a_week_a_new_window_is_begun(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft), page(microsoft))
    week, more = timedelta(days=7), timedelta(days=7, seconds=1)
    assert not (await session.changes(CALENDAR, first.cursor, Window(WINDOW.start + week, WINDOW.end + week))).complete
    assert (await session.changes(CALENDAR, first.cursor, Window(WINDOW.start + more, WINDOW.end + more))).complete


async def test_a_delta_link_that_expired_is_told(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(Answer(refusal("SyncStateNotFound"), 410))
    assert (await refusal_of(session, first.cursor)).fault is FeedFault.CURSOR_EXPIRED


async def test_calendars_are_told_from_all_pages(session: OutlookSession, microsoft: Responder) -> None:
    one, two = {"id": "1", "name": "One"}, {"id": "2", "name": "Two"}
    microsoft.script(
        Answer({"value": [one], "@odata.nextLink": f"{microsoft.url}/v1.0/me/calendars?$skip=1"}),
        Answer({"value": [two]}),
    )
    assert [each.calendar_id for each in await session.calendars()] == ["1", "2"]


async def test_that_calendars_may_not_be_listed_is_a_missing_scope(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(refusal("ErrorAccessDenied"), 403))
    with pytest.raises(FeedError) as refused:
        await session.calendars()
    assert refused.value.fault is FeedFault.SCOPE_MISSING


async def test_an_event_is_read_again_and_only_what_is_used_of_it(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(occurrence("2026-11-27")))
    found = await session.reread(CALENDAR, "weekly-2026-11-27")
    assert found
    assert found.start == datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert "attendees" not in microsoft.asked[0].query["$select"]


async def test_an_event_that_is_gone_is_none_when_it_is_read_again(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(refusal("ErrorItemNotFound"), 404))
    assert await session.reread(CALENDAR, "gone") is None


async def test_that_an_event_cannot_be_read_again_is_told(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({}, 500))
    with pytest.raises(FeedError):
        await session.reread(CALENDAR, "x")


async def test_where_graph_gives_no_link_everything_is_listed_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer({"value": []}), page(microsoft))
    first = await session.changes(CALENDAR, None, WINDOW)
    assert (await session.changes(CALENDAR, first.cursor, WINDOW)).complete
