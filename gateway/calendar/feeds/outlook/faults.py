"""What the refusals of Microsoft mean: pure functions of the answers of Graph and of Entra.

https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from gateway.calendar.feeds.codes import checked_code
from gateway.calendar.feeds.port import FeedError, Retitled
from gateway.calendar.words import FeedFault
from gateway.engine.retry_after import retry_after

#: Codes of a delta link that has to be begun anew, which come with 410, and sometimes with 400.
_CURSOR = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired", "fullsyncrequired"})

_RESYNC = frozenset({400, 410})

#: Without the administrator of the organisation nobody can agree.
_ADMIN = frozenset({"AADSTS65001", "AADSTS90094", "AADSTS90095"})

#: Errors that go away only when the owner signs in again.
_OWNER = frozenset({"access_denied", "invalid_grant", "interaction_required", "login_required", "consent_required"})

_AADSTS = re.compile(r"AADSTS\d{4,7}")


def refused(status: int, body: bytes, headers: Mapping[str, str], *, gone: FeedFault) -> FeedError:
    """A request to Graph that was answered with ``status``; ``headers`` have names in lower case.

    ``gone`` is what it means that the subject of the request is not there for us.
    """
    code = _code(body)
    fault = _fault(status, code.lower(), gone)
    return FeedError(fault, code or str(status), retry_after(headers), status=status)


def not_written(error: FeedError) -> Retitled | None:
    """What it means for an event that it could not be written; None where it is trouble of the whole connection."""
    return {
        400: Retitled.REFUSED,
        403: Retitled.READ_ONLY,  # or the scope is missing, which Graph says in the same words
        404: Retitled.GONE,
        409: Retitled.CHANGED,
        410: Retitled.GONE,
        412: Retitled.CHANGED,
    }.get(error.status)


def not_granted(answer: Mapping[str, Any]) -> FeedError:
    """Nobody agreed: what Entra sent back from its page, or answered when the code was to be traded."""
    detail = _detail(answer)
    return FeedError(FeedFault.ADMIN_CONSENT, detail) if detail in _ADMIN else not_refreshed(answer)


def not_refreshed(answer: Mapping[str, Any]) -> FeedError:
    """There is no access token any more. That the owner took the consent back comes as AADSTS65001, too."""
    fault = FeedFault.CONSENT_REVOKED if answer.get("error") in _OWNER else FeedFault.UNAVAILABLE
    return FeedError(fault, _detail(answer))


def _fault(status: int, code: str, gone: FeedFault) -> FeedFault:
    if status in _RESYNC and code in _CURSOR:
        return FeedFault.CURSOR_EXPIRED
    return {
        401: FeedFault.CONSENT_REVOKED,
        403: gone,
        404: gone,
        410: FeedFault.CURSOR_EXPIRED,
        429: FeedFault.THROTTLED,
    }.get(status, FeedFault.UNAVAILABLE)


def _detail(answer: Mapping[str, Any]) -> str:
    """Entra's own code, which its description begins with; else the error of RFC 6749."""
    code = _AADSTS.search(str(answer.get("error_description", "")))
    return code.group() if code else checked_code(answer.get("error", ""))


def _code(body: bytes) -> str:
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, LookupError, TypeError):
        return ""
    return checked_code(code) if code else ""
