"""The error bodies of Microsoft Graph, as its documents and users print them.

Sources: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/throttling-limits (Outlook
limits), https://learn.microsoft.com/graph/delta-query-overview (synchronization reset).
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from tests.peers.stage.control import Refusal

Json = dict[str, Any]

#: Codes by which tests ask for a refusal: status and message.
REFUSALS: dict[str, tuple[int, str]] = {
    "InvalidAuthenticationToken": (401, "Lifetime validation failed, the token is expired."),
    "ErrorAccessDenied": (403, "Access is denied. Check credentials and try again."),
    "ErrorItemNotFound": (404, "The specified object was not found in the store."),
    "MailboxNotEnabledForRESTAPI": (404, "The mailbox is either inactive, soft-deleted, or is hosted on-premise."),
    "ResourceNotFound": (404, "The object was not found."),
    "SyncStateNotFound": (410, "The sync state generation is not found. The delta token is expired."),
    "SyncStateInvalid": (410, "The sync state is invalid."),
    "resyncRequired": (410, "Resync required. Replace any local items with the server's version."),
    "ErrorIrresolvableConflict": (412, "The change key passed in the request does not match that of the item."),
    "ApplicationThrottled": (429, "Application is over its MailboxConcurrency limit."),
    "TooManyRequests": (429, "Too many requests."),
    "InternalServerError": (500, "An internal server error occurred. The operation failed."),
    "ErrorInternalServerError": (500, "An internal server error occurred. The operation failed., Cannot open mailbox."),
    "BadGateway": (502, "Failed to execute backend request."),
    "ServiceUnavailable": (503, "The service is temporarily unavailable."),
    "ErrorServerBusy": (503, "The server cannot service this request right now. Try again later."),
    "GatewayTimeout": (504, "The server, while acting as a proxy, did not receive a timely response."),
}  # fmt: skip


class Refused(Refusal):
    """A request that is answered by an error."""

    def __init__(self, code: str, message: str | None = None, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        known = REFUSALS.get(code, (status, code))
        self.status, self.message = known[0], message or known[1]

    def response(self) -> Response:
        """The answer."""
        return _answer(self.status, self.code, self.message)


def refusal(code: str, options: Json) -> Response:
    """The answer for a code of ``REFUSALS``; ``html`` in the options brings a page of a proxy instead of JSON."""
    if options.get("html"):
        return Response("<html>Our services aren't available right now</html>", REFUSALS[code][0])
    return Refused(code).response()


def _answer(status: int, code: str, message: str) -> Response:
    inner = {
        "date": "2026-11-23T09:00:00",
        "request-id": "7c1f2a54-5f0b-4d53-9d0f-1a2b3c4d5e6f",
        "client-request-id": "7c1f2a54-5f0b-4d53-9d0f-1a2b3c4d5e6f",
    }
    return JSONResponse({"error": {"code": code, "message": message, "innerError": inner}}, status)
