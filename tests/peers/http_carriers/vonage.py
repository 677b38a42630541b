"""Vonage's SMS API as its documentation has it.

https://developer.vonage.com/en/api/sms
https://developer.vonage.com/en/getting-started/concepts/signing-messages
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.http_carriers.peer import REFUSED, THROTTLED, UNPAID, Peer, Push, Sent

KEY, SECRET, SIGNATURE_SECRET = "abcd1234", "api-secret", "signature-secret"

_FATES = {REFUSED: "33", THROTTLED: "1", UNPAID: "9"}


class VonagePeer(Peer):
    """One account, which signs with SHA-256."""

    parts = 1  # of the next messages
    failing_parts = 0  # of them

    def routes(self) -> list[Route]:
        return [Route("/sms/json", self._send, methods=["POST"])]

    async def _send(self, request: Request) -> Response:
        fields = json.loads(await request.body())
        status = _FATES.get(f"+{fields['to']}", "0")
        if (fields["api_key"], fields["api_secret"]) != (KEY, SECRET):
            status = "4"
        parts = [self._part(fields, status if status != "0" else self._status(each)) for each in range(self.parts)]
        return JSONResponse({"message-count": str(len(parts)), "messages": parts})

    def _status(self, number: int) -> str:
        return "5" if number < self.failing_parts else "0"

    def _part(self, fields: Mapping[str, str], status: str) -> dict[str, str]:
        if status != "0":
            return {"status": status, "error-text": "no"}
        ref = f"0A{len(self.sent) + 1:014X}"
        self.sent.append(Sent(ref, f"+{fields['to']}", fields, fields.get("callback", "")))
        return {"to": fields["to"], "message-id": ref, "status": "0", "client-ref": fields["client-ref"]}

    def deliver(self, ref: str) -> None:
        self.due.append(self.receipt(ref, "delivered"))

    def receipt(self, ref: str, state: str, method: str = "GET") -> Push:
        sent = next(each for each in self.sent if each.ref == ref)
        fields = {"msisdn": sent.recipient[1:], "to": "Acme", "messageId": ref, "status": state, "err-code": "0"}
        return self._signed(fields | {"client-ref": sent.fields["client-ref"]}, method, sent.callback)

    def inbound(self, text: str, method: str = "JSON", **more: str) -> Push:
        """What somebody sent."""
        fields = {"msisdn": self.phone[1:], "to": "33644609999", "messageId": "0B01", "text": text, "type": "text"}
        return self._signed({**fields, "keyword": "X", **more}, method, self.webhook)

    def _signed(self, fields: Mapping[str, str], method: str, url: str) -> Push:
        timed = {**fields, "timestamp": str(int(self.clock.now().timestamp())), "nonce": "ec11dd3e-1e7f"}
        everything = {**timed, "sig": sign(timed)}
        if method == "GET":
            return Push(f"{url}?{urlencode(everything)}", "GET")
        if method == "POST":
            return Push(url, body=urlencode(everything).encode())
        return Push(url, headers={"Content-Type": "application/json"}, body=json.dumps(everything).encode())


def sign(fields: Mapping[str, str], secret: str = SIGNATURE_SECRET, method: str = "sha256") -> str:
    """As the guide to signing says: ``&key=value`` of all fields by name, ``&`` and ``=`` in values as ``_``."""
    text = "".join(f"&{key}={fields[key].replace('&', '_').replace('=', '_')}" for key in sorted(fields))
    return hmac.new(secret.encode(), text.encode(), getattr(hashlib, method)).hexdigest().upper()
