"""OVH's SMS API as its console describes it; requests are checked by the rule of its own client library (ovh 1.2).

https://eu.api.ovh.com/console/?section=%2Fsms
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.peers.http_carriers.peer import REFUSED, THROTTLED, UNPAID, Peer, Push, Sent

SERVICE, APPLICATION, APPLICATION_SECRET, CONSUMER = "sms-xx12345-1", "application", "application-secret", "consumer"


class OvhPeer(Peer):
    """One SMS service."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.states: dict[str, int] = {}  # deliveryReceipt by id; the others wait
        self.incoming: list[Mapping[str, Any]] = []
        self.listed_since: list[str] = []  # of what people sent

    def routes(self) -> list[Route]:
        return [
            Route(f"/1.0/sms/{SERVICE}/jobs", self._send, methods=["POST"]),
            Route(f"/1.0/sms/{SERVICE}/outgoing", self._list_outgoing, methods=["GET"]),
            Route(f"/1.0/sms/{SERVICE}/outgoing/{{id}}", self._outgoing, methods=["GET"]),
            Route(f"/1.0/sms/{SERVICE}/incoming", self._list_incoming, methods=["GET"]),
            Route(f"/1.0/sms/{SERVICE}/incoming/{{id}}", self._incoming, methods=["GET"]),
        ]

    async def _send(self, request: Request) -> Response:
        if not self._is_signed(request, await request.body()):
            return JSONResponse({"errorCode": "INVALID_SIGNATURE", "message": "Invalid signature"}, 403)
        job = json.loads(await request.body())
        (receiver,) = job["receivers"]
        if receiver == THROTTLED:
            return JSONResponse({"message": "Too many requests"}, 429, {"Retry-After": "7"})
        if receiver == UNPAID:
            return JSONResponse({"message": "Not enough credits"}, 402)
        report: dict[str, Any] = {"totalCreditsRemoved": 0, "invalidReceivers": [], "ids": [], "validReceivers": []}
        if receiver == REFUSED:
            return JSONResponse({**report, "invalidReceivers": [receiver]})
        number = 27_814_656 + len(self.sent)
        self.sent.append(Sent(str(number), receiver, job))
        return JSONResponse({**report, "totalCreditsRemoved": 1, "ids": [number], "validReceivers": [receiver]})

    async def _list_outgoing(self, request: Request) -> Response:
        wanted = int(request.query_params["deliveryReceipt"])
        return JSONResponse([int(each) for each, state in self.states.items() if state == wanted])

    async def _outgoing(self, request: Request) -> Response:
        ref = request.path_params["id"]
        sent = next(each for each in self.sent if each.ref == ref)
        told = {"id": int(ref), "receiver": sent.recipient, "tag": sent.fields["tag"], "ptt": 4}
        return JSONResponse(told | {"deliveryReceipt": self.states[ref]})

    async def _list_incoming(self, request: Request) -> Response:
        self.listed_since.append(request.query_params["creationDatetime.from"])
        return JSONResponse([each["id"] for each in self.incoming])

    async def _incoming(self, request: Request) -> Response:
        return JSONResponse(next(each for each in self.incoming if str(each["id"]) == request.path_params["id"]))

    def deliver(self, ref: str) -> None:
        self.states[ref] = 1

    def write(self, text: str) -> None:
        """What somebody sent, which waits to be fetched."""
        self.incoming.append({"id": len(self.incoming) + 1, "sender": self.phone, "message": text})

    def receipt(self, ref: str, state: str) -> Push:
        return Push(f"{self.webhook}?id={ref}&ptt=4&date=20261123100000&dlr={state}", "GET")

    @staticmethod
    def _is_signed(request: Request, body: bytes) -> bool:
        told = request.headers
        text = (APPLICATION_SECRET, CONSUMER, request.method, str(request.url), body.decode(), told["x-ovh-timestamp"])
        right = "$1$" + hashlib.sha1("+".join(text).encode(), usedforsecurity=False).hexdigest()
        return (told["x-ovh-application"], told["x-ovh-consumer"], told["x-ovh-signature"]) == (
            APPLICATION,
            CONSUMER,
            right,
        )
