"""What a hostile feed is refused for, before any parser sees it."""

import pytest

from gateway.calendar.feeds.ics.screening import MOST_BYTES, fault_of
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.ics.texts import calendar, event


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("FREQ=SECONDLY", FeedFault.TOO_FREQUENT),
        ("FREQ=MINUTELY;INTERVAL=5", FeedFault.TOO_FREQUENT),
        ("COUNT=2;FREQ=hourly", FeedFault.TOO_FREQUENT),
        ("FREQ=DAILY;BYHOUR=8,9,10,11,12;BYMINUTE=0,10,20,30,40,50", FeedFault.TOO_FREQUENT),
        ("FREQ=DAILY;BYSEC\r\n OND=0" + ",1" * 40, FeedFault.TOO_FREQUENT),
        ("FREQ=DAILY;INTERVAL=0", FeedFault.UNREADABLE),
        ("INTERVAL=00;FREQ=DAILY", FeedFault.UNREADABLE),
        ("FREQ=DAILY;BYHOUR=9,17", None),
        ("FREQ=WEEKLY;INTERVAL=10;BYDAY=MO,TU,WE,TH,FR", None),
    ],
)
def test_rules_that_repeat_by_the_hour_or_for_ever_are_refused(rule: str, fault: FeedFault | None) -> None:
    assert fault_of(calendar(event(RRULE=f":{rule}"))) is fault
    assert fault_of(calendar(event(RRULE=f";X-A=b:{rule}"))) is fault


def test_more_octets_or_events_than_any_calendar_has_are_refused() -> None:
    assert fault_of(calendar(*["BEGIN:VEVENT\r\nEND:VEVENT"] * 20_001)) is FeedFault.TOO_LARGE
    assert fault_of(b"BEGIN:VCALENDAR" + b" " * MOST_BYTES) is FeedFault.TOO_LARGE


def test_a_web_page_is_no_calendar() -> None:
    assert fault_of(b"<!doctype html><p>Please sign in") is FeedFault.UNREADABLE
