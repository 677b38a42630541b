"""A yes or a no by SMS stands in the calendar, wherever it lives, and does nothing else to it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from gateway.calendar.words import Answer, LetterKind, MarkState, Provider
from gateway.calendar.write_back import WriteBack
from tests.calendar.answering import answer
from tests.calendar.practice import MOBILE, WRITTEN, Practice, Served, paris
from tests.calendar.server import CalendarServer

Open = Callable[..., Awaitable[Practice]]

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)
TITLE = f"Mme Dupont {WRITTEN}"


@pytest.fixture
def writes() -> bool:
    """She agreed."""
    return True


async def test_an_answer_stands_in_the_calendar_and_changes_nothing_else(
    open_practice: Open, server: CalendarServer, served: Served
) -> None:
    """One occurrence of a series: confirmed, called off, moved by its owner, and reminded of as if nothing had been."""
    writable = served.feed.provider is not Provider.ICS
    alice = await open_practice(rules=("24h", "2h"), write_back=True, template="{title} {date} {time}")
    handle = await server.create(TITLE, START, weeks=2)
    await alice.until(DUE)
    for meaning, mark in ((Answer.CONFIRMED, "✓ "), (Answer.CANCELLED, "✗ ")):
        await answer(alice, meaning)
        assert await WriteBack(alice.bridge).run_once() == (writable or meaning is Answer.CONFIRMED)
        assert await server.titles(handle) == [f"{mark}{TITLE}" if writable else TITLE, TITLE]
    before = await alice.events()
    await alice.poll_now()
    after = await alice.events()
    assert [each.mark_state for each in after] == [MarkState.MARKED if writable else MarkState.READ_ONLY, None]
    same = ("event_id", "remote_id", "starts_at", "number", "title", "edited_at", "gone_at")
    assert [[getattr(each, name) for name in same] for each in after] == [
        [getattr(each, name) for name in same] for each in before
    ]
    await alice.until(START)
    assert (await alice.sms(), (await alice.ledger())[:2]) == ([MOBILE], ["sent", "not_sent: already_answered"])
    assert (LetterKind.MARKING_ENDED in await alice.letters()) is not writable
