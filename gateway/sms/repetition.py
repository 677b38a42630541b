"""What was said to a number just before: a device that repeats itself need not be paid for each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Select, String, and_, select

from gateway.engine.pairs import as_pairs, pairs
from gateway.sms.tables import message
from gateway.sms.words import MessageState

#: What is on the phone, or may still come there.
_SAID = (
    *(MessageState.QUEUED, MessageState.HELD, MessageState.SENDING),
    *(MessageState.SUBMITTED, MessageState.DELIVERED, MessageState.UNKNOWN),
)

Key = tuple[int, str]  # account and recipient (E.164)


@dataclass(frozen=True, slots=True)
class Lately:
    """The texts that went from accounts to recipients, each with its moment."""

    now: datetime
    said: dict[Key, list[tuple[datetime, str]]]  # of those alone who are watched

    def texts(self, key: Key, minutes: int) -> frozenset[str]:
        """Those of the last ``minutes``."""
        since = self.now - timedelta(minutes=minutes)
        return frozenset(text for at, text in self.said.get(key, ()) if at > since)

    def note(self, key: Key, text: str) -> None:
        """One more goes now."""
        if key in self.said:
            self.said[key].append((self.now, text))


def lately(connection: Connection, now: datetime, watched: Iterable[tuple[Key, int]]) -> Lately:
    """What went to whom within so many minutes."""
    longest: dict[Key, int] = {}
    for key, minutes in watched:
        longest[key] = max(minutes, longest.get(key, 0))
    found = Lately(now, {key: [] for key in longest})
    if longest:
        since = now - timedelta(minutes=max(longest.values()))
        wanted = _went(connection.dialect.name).where(message.c.created_at > since)
        for account_id, recipient, at, text in connection.execute(wanted, as_pairs(longest)):
            found.said[account_id, recipient].append((at, text))
    return found


@cache
def _went(dialect: str) -> Select[int, str, datetime, str]:
    row, wanted = message.c, pairs(dialect, String())
    return (
        select(row.account_id, row.recipient, row.created_at, row.body)
        .join(wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.recipient))
        .where(row.state.in_(_SAID))
    )
