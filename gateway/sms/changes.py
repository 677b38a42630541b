"""How many messages are changed by one statement, each to values of its own."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, Update, update

from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows
from gateway.sms.tables import message

#: Stands for a value that every row brings along.
GIVEN = object()


class Change:
    """A change of messages, one for each row (``of``); a value that is GIVEN comes with each row."""

    def __init__(self, **values: Any) -> None:
        """``values`` by the names of the columns."""
        self._values = values
        self._given = [name for name, value in values.items() if value is GIVEN]
        types = {name: message.c[name].type for name in self._given}
        self._rows = Rows(account_id=BigInteger(), message_id=BigInteger(), **types)
        self._statement = Prepared(self._update)

    def __call__(self, connection: Connection, rows: Collection[Mapping[str, Any]]) -> None:
        """Change the messages of all rows."""
        if rows:
            self._statement(connection, self._rows.parameter(rows))

    def _update(self, dialect: str) -> Update:
        row, given = message.c, self._rows.table(dialect).c
        return (
            update(message)
            .where(row.account_id == given.account_id, row.message_id == given.message_id)
            .values(self._values | {name: given[name] for name in self._given})
        )


def of(account_id: int, message_id: int, **given: Any) -> dict[str, Any]:
    """The row of one message."""
    return {"account_id": account_id, "message_id": message_id, **given}
