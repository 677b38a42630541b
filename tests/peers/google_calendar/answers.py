"""The error bodies of Google's APIs, as its guides print them.

Sources: https://developers.google.com/workspace/calendar/api/guides/errors (statuses, reasons, bodies) and
https://developers.google.com/workspace/calendar/api/guides/sync (410).
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from tests.peers.stage.control import Refusal

Json = dict[str, Any]

_RATE = "https://developers.google.com/calendar/api/guides/errors"

#: Reasons by which tests ask for a refusal: status, domain, message, location type and location.
REFUSALS: dict[str, tuple[int, str, str, str | None, str | None]] = {
    "authError": (401, "global", "Invalid Credentials", "header", "Authorization"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded", None, None),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded", None, None),
    "quotaExceeded": (403, "usageLimits", "Calendar usage limits exceeded.", None, None),
    "dailyLimitExceeded": (403, "usageLimits", "Daily Limit Exceeded", None, None),
    "forbidden": (403, "global", "Forbidden", None, None),
    "insufficientPermissions": (403, "global", "Insufficient Permission", None, None),
    "forbiddenForNonOrganizer": (403, "calendar", "Shared properties can only be changed by the organizer", None, None),
    "requiredAccessLevel": (
        403, "calendar", "You need to have writer access to this calendar.", None, None,
    ),
    "notFound": (404, "global", "Not Found", None, None),
    "deleted": (410, "global", "Resource has been deleted", None, None),
    "fullSyncRequired": (
        410, "calendar", "Sync token is no longer valid, a full sync is required.", "parameter", "syncToken",
    ),
    "updatedMinTooLongAgo": (
        410, "calendar", "The requested minimum modification time lies too far in the past.", "parameter", "updatedMin",
    ),
    "conditionNotMet": (412, "global", "Precondition Failed", "header", "If-Match"),
    "tooManyRequests": (429, "usageLimits", "Rate Limit Exceeded", None, None),
    "backendError": (500, "global", "Backend Error", None, None),
    "badGateway": (502, "global", "Bad Gateway", None, None),
    "unavailable": (503, "global", "The service is currently unavailable.", None, None),
}  # fmt: skip


class Refused(Refusal):
    """A request that is answered by an error."""

    def __init__(self, reason: str, message: str | None = None, location: str | None = None, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.location = location
        self.status = status

    def response(self) -> Response:
        """The answer."""
        if self.reason in REFUSALS:
            return refusal(self.reason)
        return _answer(self.status, "global", self.reason, self.message or self.reason, ("parameter", self.location))


def refusal(reason: str, options: Json | None = None) -> Response:
    """The answer for a reason of ``REFUSALS``; ``html`` in the options brings a page of a proxy instead of JSON."""
    status, domain, message, location_type, location = REFUSALS[reason]
    if (options or {}).get("html"):
        return Response("<html><title>Error</title>That's an error.</html>", status, media_type="text/html")
    told = "rateLimitExceeded" if reason == "tooManyRequests" else reason
    answer = _answer(status, domain, told, message, (location_type, location))
    if reason == "authError":
        answer.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return answer


def _answer(status: int, domain: str, reason: str, message: str, place: tuple[str | None, str | None]) -> Response:
    error: Json = {"domain": domain, "reason": reason, "message": message}
    if place[1]:
        error |= {"locationType": place[0], "location": place[1]}
    if domain == "usageLimits":
        error["extendedHelp"] = _RATE
    body = {"error": {"errors": [error], "code": status, "message": message}}
    return JSONResponse(body, status)
