"""The time of a peer: it stands still until a test moves it, except for a hair with every change."""

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # as the stopped clock of the tests shows


class PeerClock:
    """Tells the instant it was set to; no two changes happen at once."""

    def __init__(self, instant: datetime = MONDAY_MORNING) -> None:
        self.now = instant

    def set(self, instant: str) -> None:
        """Show another instant, given by RFC 3339."""
        self.now = datetime.fromisoformat(instant).astimezone(UTC)

    def tick(self) -> datetime:
        """The instant of a change: a millisecond after the last one."""
        self.now += timedelta(milliseconds=1)
        return self.now
