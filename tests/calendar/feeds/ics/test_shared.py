"""A service that reads no calendar files carries none of what it takes to read them."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.calendar.feeds.ics.keys import Login, Subscription
from gateway.calendar.feeds.ics.shared import IcsFeeds
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import Provider

HEAVY = ("httpx", "icalendar", "lxml", "recurring_ical_events", "googleapiclient", "msal")


def test_the_service_loads_no_library_of_calendars_before_one_is_read() -> None:
    asked = f"import sys, gateway.app.service; print([name for name in {HEAVY} if name in sys.modules])"
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - words of our own
    assert done.stdout.strip() == "[]"


async def test_both_kinds_are_opened_with_what_they_share_and_closed_together() -> None:
    files = IcsFeeds((), lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
    await files.close()  # nothing was loaded
    secrets = {
        Provider.ICS: Subscription("https://127.0.0.1/me.ics", "Europe/Paris").seal(),
        Provider.CALDAV: Login("https://127.0.0.1/", "me", "secret", "Europe/Paris").seal(),
    }
    for provider, secret in secrets.items():
        feed = files.feeds[provider]
        with pytest.raises(FeedError, match="address_refused"):
            await feed.open(secret).calendars()
        assert (feed.provider, feed.rereads) == (provider, provider is Provider.CALDAV)
    await files.close()
