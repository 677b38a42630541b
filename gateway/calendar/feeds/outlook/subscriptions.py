"""Subscriptions at Microsoft Graph: it tells when something changes in a calendar, for three days at a time.

https://learn.microsoft.com/graph/api/resources/subscription
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.calendar.feeds.outlook.graph import GraphUser
from gateway.calendar.feeds.outlook.notices import LIFECYCLE
from gateway.calendar.feeds.port import Channel, FeedError
from gateway.calendar.words import FeedFault
from gateway.engine.clock import Clock

#: A little less than the 4,230 minutes that every description of the limit allows; Graph's answer counts.
LIFE = timedelta(hours=70)


class Subscriptions:
    """The subscriptions of one user."""

    def __init__(self, user: GraphUser, clock: Clock) -> None:
        self._user = user
        self._clock = clock

    async def create(self, resource: str, address: str, token: str) -> Channel:
        """Open one; before Graph answers, it asks ``address`` whether it wants that."""
        wanted = {
            "changeType": "created,updated,deleted",
            "notificationUrl": address,
            "lifecycleNotificationUrl": f"{address}{LIFECYCLE}",  # cannot be added later
            "resource": resource,
            "expirationDateTime": self._until(),
            "clientState": token,
        }
        # what is wrong with it says nothing of the calendar: the next poll finds that out by itself
        return _channel(await self._user.ask("POST", "subscriptions", gone=FeedFault.UNAVAILABLE, body=wanted))

    async def extend(self, channel: Channel) -> Channel | None:
        """Keep one for longer; None where Graph knows it no more."""
        change = {"expirationDateTime": self._until()}
        try:
            return _channel(await self._user.ask("PATCH", f"subscriptions/{channel.resource_id}", body=change))
        except FeedError as error:
            if error.fault is FeedFault.CALENDAR_GONE:  # 404
                return None
            raise

    async def delete(self, channel: Channel) -> None:
        """Close one; it is fine where it is gone."""
        try:
            await self._user.ask("DELETE", f"subscriptions/{channel.resource_id}")
        except FeedError as error:
            if error.fault is not FeedFault.CALENDAR_GONE:
                raise

    def _until(self) -> str:
        return f"{self._clock.now() + LIFE:%Y-%m-%dT%H:%M:%S}Z"


def _channel(answer: Mapping[str, Any]) -> Channel:
    try:
        expires_at = datetime.fromisoformat(answer["expirationDateTime"])
        name = str(answer["id"])
    except (LookupError, ValueError, TypeError):
        raise FeedError(FeedFault.UNAVAILABLE, "answer_unreadable") from None
    return Channel(name, name, expires_at if expires_at.tzinfo else expires_at.replace(tzinfo=UTC))
