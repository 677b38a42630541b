"""What a test does to a calendar as its owner does, whatever server keeps it."""

from datetime import datetime, timedelta
from typing import Protocol


class CalendarServer(Protocol):
    """One calendar on some server. A handle names an event, or a whole series, as the server does."""

    async def create(
        self, title: str, start: datetime, *, location: str = "", description: str = "", weeks: int = 0
    ) -> str:
        """Put an event of an hour in; with ``weeks`` a weekly series of so many occurrences."""
        ...

    async def edit(self, handle: str, *, title: str | None = None, description: str | None = None) -> None:
        """Write something else; of a series, in all of it."""
        ...

    async def move(self, handle: str, start: datetime) -> None:
        """Move an event, or the whole of a series by moving its first occurrence."""
        ...

    async def cancel(self, handle: str) -> None:
        """Mark it as cancelled; it stays in the calendar."""
        ...

    async def uncancel(self, handle: str) -> None:
        """Take that back."""
        ...

    async def delete(self, handle: str) -> None:
        """Take it out of the calendar."""
        ...

    async def move_occurrence(self, handle: str, number: int, start: datetime) -> None:
        """Move one occurrence of a series, counted from 0."""
        ...

    async def delete_occurrence(self, handle: str, number: int) -> None:
        """Take one occurrence out of a series."""
        ...

    async def titles(self, handle: str) -> list[str]:
        """The titles that its owner sees: of an event, or of every occurrence of a series in their order."""
        ...

    async def expire_cursors(self) -> None:
        """Know no cursor any more that was given out so far."""
        ...

    async def revoke(self) -> None:
        """Take the consent back at the provider's own page."""
        ...

    async def fail(self, times: int, retry_after: timedelta | None = None) -> None:
        """Answer so many requests with 503, or (``retry_after``) with 429."""
        ...
