"""Subscriptions: validated, notified, renewed, removed.

Sources: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (handshake, payload),
.../change-notifications-lifecycle-events, .../api/resources/subscription (limits).
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.peers.graph.accounts import CLIENT_ID, TENANT
from tests.peers.graph.answers import Refused
from tests.peers.graph.items import Item, item_id
from tests.peers.graph.mailbox import Mailbox
from tests.peers.graph.view import Manners
from tests.peers.graph.zones import zulu
from tests.peers.stage.clock import PeerClock

Json = dict[str, Any]

_SHORTEST = timedelta(minutes=45)
_PATIENCE_S = 10  # for the answer to a handshake


@dataclass
class Subscription:
    """A live subscription."""

    body: Json
    user_id: str
    calendar_id: str | None  # None: all of the mailbox
    immutable: bool
    expires_at: datetime
    paused: bool = False  # until it is authorised again


@dataclass
class Subscriptions:
    """Every live subscription, and what was sent because of them."""

    clock: PeerClock
    manners: Manners
    routes: dict[str, str] = field(default_factory=dict)  # where addresses that begin so are really delivered
    deliveries: list[Json] = field(default_factory=list)
    by_id: dict[str, Subscription] = field(default_factory=dict)
    _made: int = 0
    _sending: set["asyncio.Task[None]"] = field(default_factory=set)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=_PATIENCE_S))

    def forget(self) -> None:
        """No subscriptions, no routes, nothing sent."""
        for kept in (self.routes, self.deliveries, self.by_id):
            kept.clear()

    async def create(self, mailbox: Mailbox, given: Json, *, immutable: bool) -> Json:
        """Open a subscription once its addresses have answered."""
        for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
            if not given.get(name):
                raise Refused("InvalidRequest", f"Required property '{name}' is missing.")
        if len(given.get("clientState", "")) > 128:
            raise Refused("InvalidRequest", "clientState may have 128 characters at most.")
        calendar_id = _calendar_of(given["resource"], mailbox)
        expires_at = self._expiry(given["expirationDateTime"])
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            if given.get(name):
                await self._validate(given[name])
        self._made += 1
        body = {
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscriptions/$entity",
            "id": str(UUID(int=self._made)),
            "resource": given["resource"],
            "applicationId": CLIENT_ID,
            "changeType": given["changeType"],
            "clientState": given.get("clientState"),
            "notificationUrl": given["notificationUrl"],
            "lifecycleNotificationUrl": given.get("lifecycleNotificationUrl"),
            "expirationDateTime": zulu(expires_at),
            "creatorId": mailbox.user_id,
            "latestSupportedTlsVersion": "v1_2",
            "includeResourceData": None,
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
            "notificationQueryOptions": None,
        }
        self.by_id[body["id"]] = Subscription(body, mailbox.user_id, calendar_id, immutable, expires_at)
        return body

    def find(self, user_id: str, name: str) -> Subscription:
        """A live subscription of a user; ``Refused`` for any other."""
        found = self.by_id.get(name)
        if found is None or found.user_id != user_id or found.expires_at <= self.clock.now:
            raise Refused("ResourceNotFound")
        return found

    async def renew(self, user_id: str, name: str, given: Json) -> Json:
        """Let a subscription live longer, authorised again."""
        found = self.find(user_id, name)
        if url := given.get("notificationUrl"):
            await self._validate(url)
            found.body["notificationUrl"] = url
        if "expirationDateTime" in given:
            found.expires_at = self._expiry(given["expirationDateTime"])
            found.body["expirationDateTime"] = zulu(found.expires_at)
        found.paused = False
        return found.body

    def delete(self, user_id: str, name: str) -> None:
        """End a subscription."""
        self.find(user_id, name)
        del self.by_id[name]

    def changed(self, mailbox: Mailbox, item: Item, how: str) -> None:
        """Tell whoever subscribed to a mailbox or calendar: ``created``, ``updated`` or ``deleted``."""
        for each in self.by_id.values():
            wanted = how in each.body["changeType"].split(",") and each.calendar_id in {None, item.calendar_id}
            live = each.user_id == mailbox.user_id and each.expires_at > self.clock.now and not each.paused
            if live and wanted and not self.manners.lose_notifications:
                self._notify(each.body["notificationUrl"], _head(each) | _news(each, item, how))

    def tell_lifecycle(self, event: str) -> None:
        """Send ``missed``, ``reauthorizationRequired`` or ``subscriptionRemoved``, which ends subscriptions."""
        for name, each in list(self.by_id.items()):
            if url := each.body["lifecycleNotificationUrl"]:
                self._notify(url, _head(each) | {"lifecycleEvent": event})
            each.paused = event == "reauthorizationRequired"
            if event == "subscriptionRemoved":
                del self.by_id[name]

    async def close(self) -> None:
        """Wait for what is being sent."""
        await asyncio.gather(*self._sending)
        await self._client.aclose()

    def _expiry(self, asked: str) -> datetime:
        until = datetime.fromisoformat(asked[:26].rstrip("Z")).replace(tzinfo=UTC)
        latest = self.clock.now + timedelta(minutes=self.manners.longest_subscription_min)
        if until <= self.clock.now:
            raise Refused("InvalidRequest", "Subscription expiration lies in the past.")
        if until > latest and not self.manners.caps_subscriptions:
            minutes = self.manners.longest_subscription_min
            raise Refused("ExtensionError", f"Subscription expiration can only be {minutes} minutes in the future.")
        return min(max(until, self.clock.now + _SHORTEST), latest)

    async def _validate(self, url: str) -> None:
        """The handshake: the token comes back as plain text, decoded, within ten seconds."""
        if not url.startswith("https://"):
            raise Refused("InvalidRequest", "The notification URL must use the HTTPS protocol.")
        token = "Validation: Testing client application reachability for subscription Request-Id: 7c1f2a54+äé"
        failed = "Subscription validation request failed."
        try:
            address = httpx.URL(self._target(url)).copy_add_param("validationToken", token)
            answer = await self._client.post(address)
        except httpx.HTTPError:
            raise Refused("ValidationError", "Subscription validation request timed out.") from None
        if answer.status_code != httpx.codes.OK:
            raise Refused("ValidationError", f"{failed} Must respond with 200 OK to this request.")
        if answer.text != token or not answer.headers.get("Content-Type", "").startswith("text/plain"):
            raise Refused("ValidationError", f"{failed} Response must exactly match validationToken query parameter.")

    def _target(self, url: str) -> str:
        for prefix, target in self.routes.items():
            if url.startswith(prefix):
                return target + url.removeprefix(prefix)
        raise Refused("ValidationError", "Subscription validation request failed. The remote name is not known.")

    def _notify(self, url: str, news: Json) -> None:
        task = asyncio.create_task(self._send(url, {"value": [news]}))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, url: str, payload: Json) -> None:
        delivery: Json = {"address": url, "payload": payload, "status": None}
        try:
            delivery["status"] = (await self._client.post(self._target(url), json=payload)).status_code
        except (httpx.HTTPError, Refused) as failed:
            delivery["status"] = type(failed).__name__
        self.deliveries.append(delivery)


def _head(each: Subscription) -> Json:
    return {
        "subscriptionId": each.body["id"],
        "subscriptionExpirationDateTime": each.body["expirationDateTime"],
        "clientState": each.body["clientState"],
        "tenantId": TENANT,
    }


def _news(each: Subscription, item: Item, how: str) -> Json:
    name = item_id(item, None, immutable=each.immutable)
    resource = f"Users/{each.user_id}/Events/{name}"
    about = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": name}
    return {"changeType": how, "resource": resource, "resourceData": about | {"@odata.etag": f'W/"{item.change_key}"'}}


def _calendar_of(resource: str, mailbox: Mailbox) -> str | None:
    """``me/events`` is all of the mailbox, ``me/calendars/{id}/events`` one calendar."""
    path = resource.strip("/").replace("('", "/").replace("')", "")
    if path.lower() in {"me/events", f"users/{mailbox.user_id}/events"}:
        return None
    parts = path.split("/")
    if len(parts) == len(("me", "calendars", "id", "events")) and parts[1].lower() == "calendars":
        return mailbox.calendar_id(parts[2])
    raise Refused("InvalidRequest", f"Resource '{resource}' is not supported.")
