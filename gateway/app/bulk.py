"""The command that hands in many messages at once: a piece of a file, in one transaction."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.senders import checked_display
from gateway.accounts.words import Encoding
from gateway.app.messages import cli_key
from gateway.engine.database import Stamp
from gateway.sms.policy import Rules
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from plans.words import MessageClass, Origin

MOST = 1_000  # messages of one piece
_KEYS = {"to", "text", "key"}


def send_many(
    connection: Connection,
    stamp: Stamp,
    rules: Rules,
    *,
    account: str,
    rows: str,
    message_class: MessageClass = MessageClass.ALERT,
    display: str | None = None,
    encoding: Encoding = Encoding.AUTO,
) -> dict[str, Any]:
    """Hand messages in; ``rows`` is a JSON list of objects with ``to``, ``text`` and ``key``.

    A key that was handed in before gets its first answer and costs nothing more: a file can be sent again from its
    beginning after whatever broke it off. Returns how many are in each state, by reason where they were refused.
    """
    client = clients.find(connection, account)
    shown = checked_display(display, client.country)
    requests = [
        SmsRequest(
            account_id=client.account_id,
            origin=Origin.CLI,
            origin_id=stamp.new_id(),
            dedup_key=cli_key(each["key"]),
            recipient=each["to"],
            text=each["text"],
            message_class=message_class,
            display=shown,
            encoding=encoding,
        )
        for each in _parsed(rows)
    ]
    answers = submit(connection, stamp, rules, requests)
    return {
        "messages": len(answers),
        "units": sum(each.units for each in answers if not each.replayed),
        "replayed": sum(each.replayed for each in answers),
        "states": dict(Counter(each.state for each in answers)),
        "refused": dict(Counter(each.reason for each in answers if each.reason and not each.units)),
    }


def _parsed(rows: str) -> list[dict[str, str]]:
    try:
        found = json.loads(rows)
    except ValueError:
        found = None
    sound = isinstance(found, list) and len(found) <= MOST and all(map(_is_row, found))
    if not sound:
        raise Refused("These are no messages.", f"Give at most {MOST} objects with to, text and key.")
    return list(found)


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and row.keys() == _KEYS and all(isinstance(each, str) for each in row.values())
