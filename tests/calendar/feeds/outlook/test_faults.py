"""What the refusals of Microsoft mean."""

import json
from datetime import timedelta

import pytest

from gateway.calendar.feeds.outlook.faults import not_granted, not_refreshed, refused
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.resources import refusal


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (401, "InvalidAuthenticationToken", FeedFault.CONSENT_REVOKED),
        (403, "ErrorAccessDenied", FeedFault.CALENDAR_GONE),
        (404, "ErrorItemNotFound", FeedFault.CALENDAR_GONE),
        (410, "SyncStateNotFound", FeedFault.CURSOR_EXPIRED),
        (410, "anything", FeedFault.CURSOR_EXPIRED),
        (400, "SyncStateInvalid", FeedFault.CURSOR_EXPIRED),
        (400, "ErrorInvalidRequest", FeedFault.UNAVAILABLE),
        (429, "TooManyRequests", FeedFault.THROTTLED),
        (503, "ServiceNotAvailable", FeedFault.UNAVAILABLE),
        (504, "UnknownError", FeedFault.UNAVAILABLE),
        (302, "", FeedFault.UNAVAILABLE),
    ],
)
def test_a_refusal_means(status: int, code: str, meant: FeedFault) -> None:
    found = refused(status, json.dumps(refusal(code)).encode(), {"retry-after": "9"}, gone=FeedFault.CALENDAR_GONE)
    assert (found.fault, found.detail, found.retry_after) == (meant, code or str(status), timedelta(seconds=9))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b"\xff"])
def test_a_refusal_without_a_code_is_told_by_its_status(body: bytes) -> None:
    assert refused(429, body, {}, gone=FeedFault.CALENDAR_GONE).detail == "429"


@pytest.mark.parametrize(
    ("error", "description", "meant", "detail"),
    [
        ("access_denied", "AADSTS65004: User declined", FeedFault.CONSENT_REVOKED, "AADSTS65004"),
        ("access_denied", "", FeedFault.CONSENT_REVOKED, "access_denied"),
        ("access_denied", "AADSTS90094: needs permission", FeedFault.ADMIN_CONSENT, "AADSTS90094"),
        ("invalid_grant", "AADSTS65001: has not consented", FeedFault.ADMIN_CONSENT, "AADSTS65001"),
        ("invalid_client", "AADSTS7000222: expired", FeedFault.UNAVAILABLE, "AADSTS7000222"),
        ("server_error", "", FeedFault.UNAVAILABLE, "server_error"),
    ],
)
def test_that_nobody_agreed_means(error: str, description: str, meant: FeedFault, detail: str) -> None:
    found = not_granted({"error": error, "error_description": description})
    assert (found.fault, found.detail) == (meant, detail)


@pytest.mark.parametrize(
    ("error", "description", "meant"),
    [
        ("invalid_grant", "AADSTS700082: expired due to inactivity", FeedFault.CONSENT_REVOKED),
        ("invalid_grant", "AADSTS65001: has not consented", FeedFault.CONSENT_REVOKED),
        ("interaction_required", "AADSTS50076: second factor", FeedFault.CONSENT_REVOKED),
        ("temporarily_unavailable", "", FeedFault.UNAVAILABLE),
    ],
)
def test_that_there_is_no_token_any_more_means(error: str, description: str, meant: FeedFault) -> None:
    assert not_refreshed({"error": error, "error_description": description}).fault is meant


def test_an_answer_without_an_error_is_trouble_at_microsoft() -> None:
    assert (not_granted({}).fault, not_granted({}).detail) == (FeedFault.UNAVAILABLE, "unreadable")
