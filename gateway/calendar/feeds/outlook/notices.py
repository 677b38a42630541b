"""What Graph tells by itself: that something changed in a calendar, or what became of a subscription.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: What is appended to the address of notices for those about the subscription itself.
LIFECYCLE = "/lifecycle"

MAX_BODY_BYTES = 256 * 1024
_MOST = 100  # notices in one delivery

MAX_TOKEN_CHARACTERS = 4096  # of what Graph wants to be told back when a subscription is made


class Event(StrEnum):
    """What became of a subscription."""

    REAUTHORIZE = "reauthorizationRequired"
    REMOVED = "subscriptionRemoved"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; ``client_state`` is what we gave the subscription when it was made."""

    subscription_id: str
    client_state: str
    event: Event | None = None  # None: something changed in the calendar


def read_notices(body: bytes) -> list[Notice]:
    """The notices of a delivery; ``ValueError`` where it is none. What makes no sense is left out."""
    try:
        rows = json.loads(body)["value"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ValueError("no delivery of notices") from None
    if not isinstance(rows, list) or len(rows) > _MOST:
        raise ValueError("no list of notices")
    return list(dict.fromkeys(notice for row in rows if (notice := _notice(row))))


def _notice(row: Any) -> Notice | None:
    match row:
        case {"subscriptionId": str(subscription), "clientState": str(state)}:
            event = row.get("lifecycleEvent")
            return Notice(subscription, state, Event(event) if event in set(Event) else None)
    return None
