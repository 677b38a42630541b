"""SMSFactor as its documentation has it.

https://dev.smsfactor.com/en/api/sms/send/campaign
https://dev.smsfactor.com/en/api/sms/webhook/delivery-reports
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.http_carriers.peer import REFUSED, THROTTLED, UNPAID, Peer, Push, Sent

TOKEN, SIGNATURE = "bearer-token", "mysignature123"

_OK = {"status": 1, "message": "OK", "ticket": "14672468", "cost": 1, "credits": 642, "total": 1}
_NONE = {"sent": 0, "blacklisted": 0, "duplicated": 0, "invalid": 0, "npai": 0}


class SmsFactorPeer(Peer):
    """One account."""

    filtered = ""  # why the next messages go to nobody

    def routes(self) -> list[Route]:
        return [Route("/send", self._send, methods=["POST"])]

    async def _send(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {TOKEN}":
            return JSONResponse({"status": -1, "message": "Authentication error"}, 401)
        sms = json.loads(await request.body())["sms"]
        (phone,) = sms["recipients"]["gsm"]
        match f"+{phone['value']}":
            case number if number == REFUSED:
                return JSONResponse({"status": -7, "message": "Data error"})
            case number if number == THROTTLED:
                return JSONResponse({"message": "Too many requests"}, 429)
            case number if number == UNPAID:
                return JSONResponse({"status": -3, "message": "Not enough credits"})
        if self.filtered:
            return JSONResponse(_OK | _NONE | {self.filtered: 1})
        self.sent.append(Sent(phone["gsmsmsid"], f"+{phone['value']}", sms["message"]))
        return JSONResponse(_OK | _NONE | {"sent": 1})

    def deliver(self, ref: str) -> None:
        self.due.append(self.receipt(ref, "3"))

    def receipt(self, ref: str, state: str) -> Push:
        sent = next(each for each in self.sent if each.ref == ref)
        told = {"date": "2018-01-16T11:55:12+01:00", "status": int(state), "destination": sent.recipient[1:]}
        return self._push(told | {"message_id": ref, "campaign_id": "15948909", "country_code": "FR"})

    def inbound(self, text: str, query: str = "") -> Push:
        """What somebody sent."""
        told = {"date": "2026-11-23T09:59:00+01:00", "message": text, "from": self.phone[1:], "account_id": "1234"}
        return self._push(told | {"last_message_id": "250545910579200023"}, query)

    def _push(self, told: dict[str, Any], query: str = "") -> Push:
        return Push(self.webhook + query, headers={"X-SMSFactor-Signature": SIGNATURE}, body=json.dumps(told).encode())
