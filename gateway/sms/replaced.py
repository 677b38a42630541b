"""What stands in a message in place of what was written: kept, so that whoever wrote it is told."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert

from gateway.sms.tables import MOST_REPLACED, message_replacement
from gateway.sms.transliteration import Replacement


def in_words(replacements: Sequence[Replacement]) -> str:
    """``« → ", œ → oe``; a space or a joiner that nobody sees is left out, and what is too much."""
    seen = [each for each in replacements if each.old.isprintable() and not each.old.isspace()]
    return ", ".join(f"{each.old} → {each.new}" for each in seen)[:MOST_REPLACED]


def keep_replaced(connection: Connection, written: Iterable[tuple[int, int, Sequence[Replacement]]]) -> None:
    """Keep what was replaced in messages: account, message, replacements."""
    rows = [
        {"account_id": account_id, "message_id": message_id, "replaced": told}
        for account_id, message_id, replacements in written
        if (told := in_words(replacements))
    ]
    if rows:
        connection.execute(insert(message_replacement), rows)
