"""How long a provider asks to be left alone."""

from datetime import timedelta

import pytest

from gateway.engine.retry_after import retry_after

DATE = "Mon, 23 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "meant"),
    [
        ({}, None),
        ({"retry-after": "30"}, timedelta(seconds=30)),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": "999999999999999999999"}, timedelta(days=1)),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 09:05:00 GMT", "date": DATE}, timedelta(minutes=5)),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:00 GMT", "date": DATE}, timedelta()),
        ({"retry-after": "Mon, 23 Nov 2026 09:05:00 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 09:05:00 -0000", "date": DATE}, None),
    ],
)
def test_the_time_is_in_seconds_or_a_date_on_the_clock_of_the_provider(
    headers: dict[str, str], meant: timedelta | None
) -> None:
    assert retry_after(headers) == meant
