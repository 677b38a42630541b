"""Twilio as its documentation has it; what it delivers is signed by Twilio's own library.

https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from tests.peers.http_carriers.peer import REFUSED, THROTTLED, UNPAID, Peer, Push, Sent

ACCOUNT, TOKEN = "AC0123456789", "auth-token"

_FATES = {REFUSED: (400, 21211), THROTTLED: (429, 20429), UNPAID: (401, 20003)}


class TwilioPeer(Peer):
    """One account."""

    def routes(self) -> list[Route]:
        return [Route("/2010-04-01/Accounts/{account}/Messages.json", self._send, methods=["POST"])]

    async def _send(self, request: Request) -> Response:
        login = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        fields = dict(parse_qsl((await request.body()).decode()))
        status, code = _FATES.get(fields["To"], (201, 0))
        if request.headers["authorization"] != f"Basic {login}" or request.path_params["account"] != ACCOUNT:
            status, code = _FATES[UNPAID]
        if code:
            headers = {"Retry-After": "7"} if status == 429 else {}
            return JSONResponse({"code": code, "message": "no", "status": status}, status, headers)
        sid = f"SM{len(self.sent) + 1:032x}"
        self.sent.append(Sent(sid, fields["To"], fields, fields["StatusCallback"]))
        return JSONResponse({"sid": sid, "status": "queued", "num_segments": "1", "error_code": None}, 201)

    def deliver(self, ref: str) -> None:
        self.due.append(self.receipt(ref, "delivered"))

    def receipt(self, ref: str, state: str, error: str = "") -> Push:
        sent = next(each for each in self.sent if each.ref == ref)
        fields = {"MessageSid": ref, "SmsSid": ref, "MessageStatus": state, "SmsStatus": state, "To": sent.recipient}
        return signed(sent.callback, fields | ({"ErrorCode": error} if error else {}))

    def inbound(self, text: str, sid: str = "SMinbound") -> Push:
        """What somebody sent."""
        fields = {"MessageSid": sid, "SmsStatus": "received", "From": self.phone, "To": "+33644609999"}
        return signed(self.webhook, fields | {"Body": text, "NumSegments": "1", "NumMedia": "0"})


def signed(url: str, fields: Mapping[str, str], key: str = TOKEN, algorithm: str = "") -> Push:
    """A webhook with its signature; the newer kind where an algorithm is named."""
    validator = RequestValidator(key)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": validator.compute_signature(url, dict(fields), algorithm or None),
    }
    if algorithm:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    return Push(url, headers=headers, body=urlencode(fields).encode())
