"""What providers of calendars push: that something changed. It only brings the next poll forward.

Whoever sends it is known by a token that we gave the provider; nothing else of what comes is believed or kept.
"""

import logging
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.calendar.feeds.outlook.notices import (
    LIFECYCLE,
    MAX_BODY_BYTES,
    MAX_TOKEN_CHARACTERS,
    Event,
    read_notices,
)
from gateway.engine.writer import StorageUnavailable
from gateway.web.forms import read_body

log = logging.getLogger(__name__)

GOOGLE = "/push/google"
OUTLOOK = "/push/outlook"

#: The states of a message from Google.
_CHANGED = frozenset({"exists", "not_exists"})
_OPENED = "sync"  # the first one, which comes over each channel

#: What Graph wants back of us is printable, and is not read by a browser as anything else.
_HARMLESS = re.compile(r"[\x20-\x7e]*")

_LONGEST = 256  # characters of a name or a token: ours are shorter, and so are Graph's names

#: Told of a change, by the name of a channel and its token; whether there is such a channel.
Hint = Callable[[str, str], Awaitable[bool]]


class Pushes:
    """``POST /push/google``, ``/push/outlook`` and ``/push/outlook/lifecycle``."""

    def __init__(self, changed: Hint, renew: Hint, reached: Hint) -> None:
        """``renew`` is told of a channel that will end before its time, or has, and ``reached`` of one that opened."""
        self._changed = changed
        self._renew = renew
        self._reached = reached

    def routes(self) -> list[Route]:
        """What is answered."""
        return [
            Route(GOOGLE, self._google, methods=["POST"]),
            Route(OUTLOOK, self._outlook, methods=["POST"]),
            Route(f"{OUTLOOK}{LIFECYCLE}", self._outlook, methods=["POST"]),
        ]

    async def _google(self, request: Request) -> Response:
        """A message has headers and no body. It is always taken: an error would have Google send it again."""
        told = request.headers
        state = told.get("x-goog-resource-state")
        hint = self._reached if state == _OPENED else self._changed if state in _CHANGED else None
        if hint is not None:
            await _kept(hint, told.get("x-goog-channel-id", ""), told.get("x-goog-channel-token", ""))
        return Response(status_code=204)

    async def _outlook(self, request: Request) -> Response:
        """Notices are taken at once and looked into later; before the first, Graph wants a token told back."""
        if (token := request.query_params.get("validationToken")) is not None:
            return _told_back(token)
        body = await read_body(request, MAX_BODY_BYTES)
        try:
            notices = read_notices(body) if body is not None else []
        except ValueError:
            return PlainTextResponse("This is no delivery of notices.", 400)
        if body is None:
            return PlainTextResponse("This is more than a delivery holds.", 413)
        for each in notices:
            lost = each.event in (Event.REAUTHORIZE, Event.REMOVED)
            await _kept(self._renew if lost else self._changed, each.subscription_id, each.client_state)
        return Response(status_code=202)


async def _kept(hint: Hint, name: str, token: str) -> None:
    """Pass a hint on; one that is lost costs only the time until the next poll."""
    if max(len(name), len(token)) > _LONGEST:
        return
    try:
        if not await hint(name, token):
            log.info("a push came over a channel that is not open, or without its token")
    except StorageUnavailable:
        log.warning("a push was lost: the database is away")


def _told_back(token: str) -> Response:
    if len(token) > MAX_TOKEN_CHARACTERS or not _HARMLESS.fullmatch(token):
        return PlainTextResponse("This is no token.", 400)
    return PlainTextResponse(token, headers={"X-Content-Type-Options": "nosniff"})
