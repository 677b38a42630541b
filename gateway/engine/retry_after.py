"""How long a provider asks to be left alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=1)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The time in ``Retry-After`` (RFC 9110, 10.2.3), in seconds or as a date on the provider's clock; at most a day.

    ``headers`` have names in lower case. None where there is no such header, or none that makes sense.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), _LONGEST)
    until, now = _date(asked), _date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(until - now, timedelta()), _LONGEST)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else None
