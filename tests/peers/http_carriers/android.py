"""SMS Gateway for Android (capcom6) in its cloud or private mode, as its documentation and its server have it.

https://docs.sms-gate.app/features/sending-messages
https://docs.sms-gate.app/features/webhooks
"""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.http_carriers.peer import REFUSED, THROTTLED, UNPAID, Peer, Push, Sent

USER, PASSWORD, SIGNING_KEY = "user", "secret", "signing-key"

_FATES = {REFUSED: (400, "invalid phone number"), THROTTLED: (503, "queue limits exceeded"), UNPAID: (403, "Forbidden")}


class AndroidPeer(Peer):
    """One phone."""

    def routes(self) -> list[Route]:
        return [Route("/3rdparty/v1/messages", self._send, methods=["POST"])]

    async def _send(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}":
            return JSONResponse({"message": "Unauthorized"}, 401)
        message = json.loads(await request.body())
        (recipient,) = message["phoneNumbers"]
        if recipient in _FATES:
            status, why = _FATES[recipient]
            return JSONResponse({"message": why}, status)
        if any(each.ref == message["id"] for each in self.sent):
            return JSONResponse({"message": "duplicate id"}, 409)
        self.sent.append(Sent(message["id"], recipient, message))
        return JSONResponse({"id": message["id"], "state": "Pending", "deviceId": "phone"}, 202)

    def deliver(self, ref: str) -> None:
        self.due.append(self.receipt(ref, "sms:delivered"))

    def receipt(self, ref: str, state: str, **more: str) -> Push:
        sent = next(each for each in self.sent if each.ref == ref)
        told = {"messageId": ref, "sender": "+33644609999", "recipient": sent.recipient, "simNumber": 1}
        return self._push(state, told | more)

    def inbound(self, text: str, event: str = "event-1") -> Push:
        """What somebody sent: the id of such a message is made of its content."""
        told = {"messageId": "abc123", "message": text, "sender": self.phone, "recipient": None, "simNumber": 1}
        return self._push("sms:received", told | {"receivedAt": "2026-11-23T09:59:00.000+01:00"}, event)

    def _push(self, event: str, payload: dict[str, Any], name: str = "event-0") -> Push:
        told = {"deviceId": "phone", "event": event, "id": name, "payload": payload, "webhookId": "hook"}
        body, seconds = json.dumps(told).encode(), str(int(self.clock.now().timestamp()))
        right = hmac.new(SIGNING_KEY.encode(), body + seconds.encode(), hashlib.sha256).hexdigest()
        return Push(self.webhook, headers={"X-Signature": right, "X-Timestamp": seconds}, body=body)
