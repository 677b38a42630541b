"""News that must go back to whoever asked for an SMS: rows, which the room that the request came from picks up."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from gateway.accounts.words import Notify
from gateway.engine.database import Stamp
from gateway.engine.topics import wake_after
from gateway.sms.tables import notice
from gateway.sms.words import News
from plans.words import Origin, Reason

TOPIC = "notice"

_WANTED = {
    Notify.ALL: frozenset(News),
    Notify.FAILURES: frozenset(News) - {News.DELIVERED},
    Notify.NONE: frozenset[News](),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news about one message, or (``message_id`` 0) about the whole of what it came from."""

    account_id: int
    origin: Origin
    origin_id: int
    news: News
    reason: Reason | None = None
    message_id: int = 0


def wants(notify: Notify, news: News) -> bool:
    """Whether a sender with this setting hears this news.

    A message held for its window is told with the failures: the terms (article 6.2) promise that the client is told.
    """
    return news in _WANTED[notify]


def enter_notices(connection: Connection, stamp: Stamp, notices: Collection[Notice]) -> None:
    """Write news down in the transaction that made it true."""
    if notices:
        wake_after(connection, TOPIC)
        connection.execute(
            insert(notice),
            [
                {
                    "account_id": each.account_id,
                    "notice_id": stamp.new_id(),
                    "origin": each.origin,
                    "origin_id": each.origin_id,
                    "message_id": each.message_id,
                    "news": each.news,
                    "reason": each.reason,
                    "created_at": stamp.now,
                }
                for each in notices
            ],
        )
