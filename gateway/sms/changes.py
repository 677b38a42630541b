"""How a statement that changes many messages names each of them."""

from typing import Any

from sqlalchemy import Update, bindparam, update

from gateway.sms.tables import message

#: Stands for a value that every row of parameters brings along.
GIVEN = object()


def change(**values: Any) -> Update:
    """An update of one message per row of parameters (``of``); a value that is GIVEN comes with each row."""
    row = message.c
    return (
        update(message)
        .where(row.account_id == bindparam("of_account"), row.message_id == bindparam("of_message"))
        .values(**{column: bindparam(f"new_{column}") if value is GIVEN else value for column, value in values.items()})
    )


def of(account_id: int, message_id: int, **given: Any) -> dict[str, Any]:
    """The parameters for one message."""
    return {
        "of_account": account_id,
        "of_message": message_id,
        **{f"new_{name}": value for name, value in given.items()},
    }
