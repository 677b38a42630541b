"""What Google's refusals mean."""

import json
from datetime import timedelta

import pytest

from gateway.calendar.feeds.google.faults import not_granted, refused
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.google.resources import Json, refusal


def fault(status: int, body: Json) -> FeedFault:
    return refused(status, json.dumps(body).encode(), {}, gone=FeedFault.CALENDAR_GONE).fault


@pytest.mark.parametrize(
    ("status", "reason", "meant"),
    [
        (403, "rateLimitExceeded", FeedFault.THROTTLED),
        (403, "userRateLimitExceeded", FeedFault.THROTTLED),
        (403, "quotaExceeded", FeedFault.THROTTLED),
        (429, "anything", FeedFault.THROTTLED),
        (401, "authError", FeedFault.CONSENT_REVOKED),
        (403, "insufficientPermissions", FeedFault.SCOPE_MISSING),
        (403, "accessNotConfigured", FeedFault.UNAVAILABLE),
        (403, "forbidden", FeedFault.CALENDAR_GONE),
        (404, "notFound", FeedFault.CALENDAR_GONE),
        (410, "fullSyncRequired", FeedFault.CURSOR_EXPIRED),
        (500, "backendError", FeedFault.UNAVAILABLE),
        (503, "backendError", FeedFault.UNAVAILABLE),
        (302, "moved", FeedFault.UNAVAILABLE),
    ],
)
def test_a_refusal_means(status: int, reason: str, meant: FeedFault) -> None:
    assert fault(status, refusal(reason, status)) is meant


def test_that_our_address_of_notices_is_not_liked_is_no_loss_of_consent() -> None:
    assert fault(401, refusal("push.webhookUrlUnauthorized", 401)) is FeedFault.UNAVAILABLE


def test_the_newer_form_of_reasons_is_read_too() -> None:
    details = [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"},
        {"@type": "type.googleapis.com/google.rpc.Help"},
    ]
    assert fault(403, {"error": {"code": 403, "details": details}}) is FeedFault.SCOPE_MISSING


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"error": "invalid_grant"}', b'{"error": {"errors": [7]}}', b"\xff"]
)
def test_a_refusal_without_reasons_is_told_by_its_status(body: bytes) -> None:
    error = refused(403, body, {}, gone=FeedFault.CALENDAR_GONE)
    assert (error.fault, error.detail) == (FeedFault.CALENDAR_GONE, "403")


def test_google_says_how_long_it_wants_to_be_left_alone() -> None:
    error = refused(429, b"", {"retry-after": "120"}, gone=FeedFault.CALENDAR_GONE)
    assert error.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("error", "meant", "permanent"),
    [
        ("invalid_grant", FeedFault.CONSENT_REVOKED, True),
        ("access_denied", FeedFault.CONSENT_REVOKED, True),
        ("invalid_scope", FeedFault.SCOPE_MISSING, True),
        ("admin_policy_enforced", FeedFault.ADMIN_CONSENT, True),
        ("invalid_client", FeedFault.UNAVAILABLE, False),
        ("server_error", FeedFault.UNAVAILABLE, False),
    ],
)
def test_no_access_means(error: str, meant: FeedFault, permanent: bool) -> None:
    found = not_granted({"error": error})
    assert (found.fault, found.permanent, found.detail) == (meant, permanent, error)


def test_an_answer_without_an_error_is_trouble_at_google() -> None:
    assert not_granted({}).fault is FeedFault.UNAVAILABLE
