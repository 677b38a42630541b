"""The cursor of a list that rolls on."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.calendar.feeds.cursor import Cursor, reach, read_cursor, write_cursor
from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WANTED = Window(NOW - timedelta(days=1), NOW + timedelta(days=60))
STEP = timedelta(days=7)
CURSOR = Cursor("token", "asked", reach(WANTED, STEP))


def later(by: timedelta) -> Window:
    return Window(WANTED.start + by, WANTED.end + by)


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(write_cursor(CURSOR)) == CURSOR


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "7", '{"v0": {}}', '{"v1": {"token": "t", "asked": "", "start": "2026-11-23", "end": "x"}}']
)
def test_a_cursor_that_is_none_of_ours_has_expired(text: str) -> None:
    with pytest.raises(FeedError) as refused:
        read_cursor(text)
    assert refused.value.fault is FeedFault.CURSOR_EXPIRED


def test_changes_are_enough_until_the_step_is_used_up() -> None:
    assert CURSOR.serves("asked", later(STEP))
    assert not CURSOR.serves("asked", later(STEP + timedelta(seconds=1)))


def test_a_cursor_does_not_serve_who_wants_to_look_further_back() -> None:
    assert not CURSOR.serves("asked", later(-timedelta(seconds=1)))


def test_a_cursor_does_not_serve_a_list_with_other_parameters() -> None:
    assert not CURSOR.serves("other", WANTED)


def test_without_a_token_of_the_provider_everything_is_listed_again() -> None:
    assert not Cursor("", "asked", CURSOR.window).serves("asked", WANTED)
