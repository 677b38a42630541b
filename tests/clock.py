"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Paris, inside every sending window


class StoppedClock:
    """Tells the instant it was set to."""

    def __init__(self, instant: datetime = MONDAY_MORNING) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """The instant it was set to, aware, in UTC."""
        return self._instant

    def advance(self, by: timedelta) -> None:
        """Move on, or back where ``by`` is negative."""
        self._instant += by

    def set(self, instant: datetime) -> None:
        """Show another instant; a naive one is refused."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        self._instant = instant.astimezone(UTC)
