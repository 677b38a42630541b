"""Subscriptions at Graph: opened, kept for longer, closed, and never the calendar's fault."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.calendar.feeds.outlook.feed import OutlookSession
from gateway.calendar.feeds.port import Channel, FeedError
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.asking import CALENDAR
from tests.calendar.feeds.outlook.resources import refusal
from tests.calendar.feeds.responder import Answer, Responder
from tests.clock import MONDAY_MORNING

CHANNEL = Channel("sub-1", "sub-1", MONDAY_MORNING + timedelta(days=3))
HOOK = "https://sms.example.com/push/outlook"


async def test_a_subscription_lasts_as_long_as_graph_says(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"id": "sub-1", "expirationDateTime": "2026-11-25T09:00:00.0000000Z"}, 201))
    opened = await session.watch(CALENDAR, "ours", HOOK, "token-1")
    assert opened == Channel("sub-1", "sub-1", datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert microsoft.asked[0].json == {
        "changeType": "created,updated,deleted",
        "notificationUrl": HOOK,
        "lifecycleNotificationUrl": f"{HOOK}/lifecycle",
        "resource": "me/calendars/AAMk%2Fa%2Bb%3D/events",
        "expirationDateTime": "2026-11-26T07:00:00Z",
        "clientState": "token-1",
    }
    assert 'IdType="ImmutableId"' in microsoft.asked[0].headers["prefer"]


@pytest.mark.parametrize("answer", [Answer({}), Answer({"id": "s", "expirationDateTime": 7}), Answer({}, 403)])
async def test_a_subscription_that_cannot_be_opened_says_nothing_of_the_calendar(
    session: OutlookSession, microsoft: Responder, answer: Answer
) -> None:
    microsoft.script(answer)
    with pytest.raises(FeedError) as refused:
        await session.watch(CALENDAR, "ours", HOOK, "token-1")
    assert refused.value.fault is FeedFault.UNAVAILABLE


async def test_a_subscription_is_kept_for_longer(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"id": "sub-1", "expirationDateTime": "2026-11-26T07:00:00"}))
    renewed = await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")
    assert renewed == Channel("sub-1", "sub-1", datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
    assert microsoft.paths() == ["PATCH /v1.0/subscriptions/sub-1"]


async def test_a_subscription_that_is_gone_is_opened_anew(session: OutlookSession, microsoft: Responder) -> None:
    opened = {"id": "sub-2", "expirationDateTime": "2026-11-26T07:00:00Z"}
    microsoft.script(Answer(refusal("ResourceNotFound"), 404), Answer(opened, 201))
    assert (await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")).channel_id == "sub-2"


async def test_that_a_subscription_cannot_be_kept_is_told(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({}, 503))
    with pytest.raises(FeedError):
        await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")


async def test_a_subscription_is_closed_and_may_be_gone_already(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer(b"", 204), Answer(refusal("ResourceNotFound"), 404), Answer({}, 500))
    await session.stop(CHANNEL)
    await session.stop(CHANNEL)
    with pytest.raises(FeedError):
        await session.stop(CHANNEL)
