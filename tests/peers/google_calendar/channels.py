"""Push channels: watched, notified, stopped.

Source: https://developers.google.com/workspace/calendar/api/guides/push. Notifications have headers and no body.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

from tests.peers.google_calendar.answers import Refused
from tests.peers.google_calendar.listing import Manners
from tests.peers.stage.clock import PeerClock

Json = dict[str, Any]

_WEEK = timedelta(days=7)


@dataclass
class Channel:
    """An open channel."""

    channel_id: str
    user: str
    calendar_id: str
    address: str
    token: str | None
    expires_at: datetime
    messages: int = 0

    @property
    def resource_id(self) -> str:
        """The same for every channel of a calendar."""
        return f"peer-resource-{self.calendar_id}"


@dataclass
class Channels:
    """Every open channel, and what was sent through them."""

    clock: PeerClock
    manners: Manners
    base: str  # the server's own address
    routes: dict[str, str] = field(default_factory=dict)  # where addresses that begin so are really delivered
    deliveries: list[Json] = field(default_factory=list)
    by_id: dict[str, Channel] = field(default_factory=dict)
    _sending: set["asyncio.Task[None]"] = field(default_factory=set)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=10))

    def forget(self) -> None:
        """No channels, no routes, nothing sent."""
        for kept in (self.routes, self.deliveries, self.by_id):
            kept.clear()

    def watch(self, user: str, calendar_id: str, body: Json) -> Json:
        """Open a channel, and say so through it."""
        channel_id, address = body.get("id", ""), body.get("address", "")
        if not channel_id or len(channel_id) > 64:
            raise Refused("required", "Invalid channel id.", "id")
        if body.get("type") not in {"web_hook", "webhook"}:
            raise Refused("invalid", "Unknown channel type.", "type")
        if not address.startswith("https://"):
            raise Refused("push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}", "address")
        if channel_id in self.by_id:
            raise Refused("channelIdNotUnique", f"Channel id {channel_id} not unique", "id")
        channel = Channel(channel_id, user, calendar_id, address, body.get("token"), self._expiry(body))
        self.by_id[channel_id] = channel
        self._notify(channel, "sync")
        return self.told(channel) | ({"token": channel.token} if channel.token else {})

    def stop(self, user: str, body: Json) -> None:
        """Close a channel of this user; 404 for any other."""
        channel = self.by_id.get(body.get("id", ""))
        if channel is None or channel.user != user or channel.resource_id != body.get("resourceId"):
            raise Refused("notFound")
        del self.by_id[channel.channel_id]

    def changed(self, calendar_id: str) -> None:
        """Tell whoever watches a calendar."""
        for channel in list(self.by_id.values()):
            if channel.expires_at <= self.clock.now:
                del self.by_id[channel.channel_id]
            elif channel.calendar_id == calendar_id and not self.manners.lose_notifications:
                self._notify(channel, "exists")

    def told(self, channel: Channel) -> Json:
        """As ``watch`` answers."""
        return {
            "kind": "api#channel",
            "id": channel.channel_id,
            "resourceId": channel.resource_id,
            "resourceUri": self._uri(channel),
            "expiration": str(int(channel.expires_at.timestamp() * 1000)),
        }

    async def close(self) -> None:
        """Wait for what is being sent."""
        await asyncio.gather(*self._sending)
        await self._client.aclose()

    def _uri(self, channel: Channel) -> str:
        return f"{self.base}/calendar/v3/calendars/{channel.calendar_id}/events?alt=json"

    def _expiry(self, body: Json) -> datetime:
        """What was asked for, at most what is allowed."""
        asked = timedelta(seconds=int((body.get("params") or {}).get("ttl", _WEEK.total_seconds())))
        until = self.clock.now + asked
        if "expiration" in body:
            until = datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC)
        if until <= self.clock.now:
            raise Refused("invalid", "Expiration lies in the past.", "expiration")
        return min(until, self.clock.now + timedelta(seconds=self.manners.longest_channel_s))

    def _notify(self, channel: Channel, state: str) -> None:
        channel.messages += 1
        headers = {
            "X-Goog-Channel-ID": channel.channel_id,
            "X-Goog-Channel-Expiration": format_datetime(channel.expires_at.astimezone(UTC), usegmt=True),
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self._uri(channel),
            "X-Goog-Message-Number": str(channel.messages if state == "sync" else channel.messages * 7 + 1),
            **({"X-Goog-Channel-Token": channel.token} if channel.token else {}),
        }
        task = asyncio.create_task(self._send(channel.address, headers))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, address: str, headers: dict[str, str]) -> None:
        delivery: Json = {"address": address, "headers": headers, "status": None}
        for prefix, target in self.routes.items():
            if address.startswith(prefix):
                try:
                    answer = await self._client.post(target + address.removeprefix(prefix), headers=headers)
                    delivery["status"] = answer.status_code
                except httpx.HTTPError as failed:
                    delivery["status"] = type(failed).__name__
        self.deliveries.append(delivery)
