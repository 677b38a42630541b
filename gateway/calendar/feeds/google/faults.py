"""What Google's refusals mean: pure functions of its answers.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.calendar.feeds.codes import checked_code
from gateway.calendar.feeds.port import FeedError, Retitled
from gateway.calendar.words import FeedFault
from gateway.engine.retry_after import retry_after

_RATE = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RATE_LIMIT_EXCEEDED"}
)
_SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_OURS = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})  # the project of whoever runs this gateway is not ready
_READ_ONLY = frozenset({"requiredAccessLevel"})  # the calendar is shared with this user, who may not write in it
_PUSH = "push."  # it does not like our address of notices, and says so even with 401

#: Any other is trouble at Google, or a client secret that is not good any more: the owner can do nothing about it.
_NOT_GRANTED = {
    "access_denied": FeedFault.CONSENT_REVOKED,  # the owner said no
    "invalid_grant": FeedFault.CONSENT_REVOKED,  # revoked, unused for six months, a week old in an app in testing …
    "invalid_scope": FeedFault.SCOPE_MISSING,
    "admin_policy_enforced": FeedFault.ADMIN_CONSENT,
    "org_internal": FeedFault.ADMIN_CONSENT,
}


def refused(status: int, body: bytes, headers: Mapping[str, str], *, gone: FeedFault) -> FeedError:
    """A request that was answered with ``status``; ``gone`` is what it means that its subject is not there for us.

    ``headers`` have names in lower case.
    """
    errors = _errors(body)
    reasons = [checked_code(each["reason"]) for each in errors if "reason" in each]
    fault = _fault(status, reasons, gone)
    if any(
        each.get("location") == "syncToken" for each in errors
    ):  # also with 400, of a token that is none of Google's
        fault = FeedFault.CURSOR_EXPIRED
    return FeedError(fault, reasons[0] if reasons else str(status), retry_after(headers), status=status)


def not_written(error: FeedError) -> Retitled | None:
    """What it means for an event that it could not be written; None where it is trouble of the whole connection."""
    if error.fault in {FeedFault.THROTTLED, FeedFault.SCOPE_MISSING}:
        return None
    if error.status == 403:
        return Retitled.READ_ONLY if error.detail in _READ_ONLY else Retitled.REFUSED
    return {
        400: Retitled.REFUSED,
        404: Retitled.GONE,
        409: Retitled.CHANGED,
        410: Retitled.GONE,
        412: Retitled.CHANGED,
    }.get(error.status)


def not_granted(answer: Mapping[str, Any]) -> FeedError:
    """No access was given, by the owner or by the token endpoint (RFC 6749, 4.1.2.1 and 5.2)."""
    error = checked_code(answer.get("error", ""))
    return FeedError(_NOT_GRANTED.get(error, FeedFault.UNAVAILABLE), error)


def _fault(status: int, reasons: Sequence[str], gone: FeedFault) -> FeedFault:
    if status == 429 or not _RATE.isdisjoint(reasons):  # with 403 it means the same
        return FeedFault.THROTTLED
    if not _OURS.isdisjoint(reasons) or any(each.startswith(_PUSH) for each in reasons):
        return FeedFault.UNAVAILABLE
    if not _SCOPE.isdisjoint(reasons):
        return FeedFault.SCOPE_MISSING
    return {
        401: FeedFault.CONSENT_REVOKED,
        403: gone,
        404: gone,
        410: FeedFault.CURSOR_EXPIRED,
    }.get(status, FeedFault.UNAVAILABLE)


def _errors(body: bytes) -> list[Mapping[str, Any]]:
    """What an error says in detail, in the old form and in the newer one."""
    try:
        error = json.loads(body)["error"]
        return [each for each in (*error.get("errors", ()), *error.get("details", ())) if isinstance(each, Mapping)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
