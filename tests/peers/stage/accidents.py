"""What befalls requests when a test wants it: refusals, slowness, pulled lines; and who asked for what, how often."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Json = dict[str, Any]

#: Makes the answer of one provider for a fault that it knows by name.
Refusal = Callable[[str, Json], Response]


@dataclass
class Fault:
    """Something that goes wrong with requests whose path holds ``path``, ``times`` times."""

    kind: str  # "cut_before", "cut_after", "cut_within", "hold", or a refusal that the provider has a name for
    path: str = ""
    method: str = ""
    times: int = 1
    retry_after: str | None = None  # as the header shall say
    options: Json = field(default_factory=dict)


class PulledLine(Response):
    """No answer at all: the connection is reset."""

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        scope["state"]["transport"].abort()


class TornResponse(Response):
    """An answer that promises more than it brings before the connection is reset."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"kind": "', "more_body": True})
        scope["state"]["transport"].abort()


class Accidents:
    """The faults that wait for their requests, and the book of requests."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self.faults: list[Fault] = []
        self.requests: Counter[str] = Counter()  # by method and path
        self.under_way = 0
        self.most_under_way = 0
        self._released = asyncio.Event()

    def plan(self, given: Json) -> None:
        """Let something go wrong; see ``Fault`` for what can be given."""
        self.faults.append(Fault(**given))

    def release(self) -> None:
        """Answer everyone who is kept waiting, and nobody else."""
        self._released.set()
        self._released = asyncio.Event()

    def forget(self) -> None:
        """No faults and no book any more."""
        self.release()
        self.faults.clear()
        self.requests.clear()
        self.most_under_way = self.under_way

    async def around(self, request: Request, answer: Callable[[], Any]) -> Response:
        """``answer()``, or what befalls the request instead of it or on its way."""
        self.requests[f"{request.method} {request.url.path}"] += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._around(self._due(request), answer)
        finally:
            self.under_way -= 1

    async def _around(self, fault: Fault | None, answer: Callable[[], Any]) -> Response:
        if fault is None:
            return await _answered(answer)
        if fault.kind == "hold":
            await self._released.wait()
            return await _answered(answer)
        if fault.kind == "cut_before":
            return PulledLine()
        if fault.kind == "cut_after":  # what was asked has been done, only nobody hears of it
            await _answered(answer)
            return PulledLine()
        if fault.kind == "cut_within":
            return TornResponse()
        refused = self._refusal(fault.kind, fault.options)
        if fault.retry_after is not None:
            refused.headers["Retry-After"] = fault.retry_after
        return refused

    def _due(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.path in request.url.path and fault.method in {"", request.method}:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def book(self) -> Json:
        """How often what was asked, and how many requests were under way at once."""
        return {"requests": dict(self.requests), "most_under_way": self.most_under_way}


async def _answered(answer: Callable[[], Any]) -> Response:
    given: Response | Json = await answer()
    return given if isinstance(given, Response) else JSONResponse(given)
