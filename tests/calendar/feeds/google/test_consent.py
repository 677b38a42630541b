"""Asking for read access at Google."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.calendar.feeds.google.app import CALENDARS_SCOPE, EVENTS_SCOPE, SCOPES, WRITE_SCOPE, GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.consent import GoogleConsent
from gateway.calendar.feeds.google.tokens import Tokens, read_tokens, write_tokens
from gateway.calendar.feeds.port import Begun, FeedError
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.responder import Answer, Cut, Responder

BACK = "https://sms.example.com/calendars/callback/google"
TOKEN = {
    "access_token": "access-1",
    "refresh_token": "refresh-1",
    "expires_in": 3599,
    "token_type": "Bearer",
    "scope": " ".join(SCOPES),
}
PRIMARY = {"items": [{"id": "other@example.com"}, {"id": "cabinet@example.com", "primary": True}]}


@pytest.fixture
def consent(app: GoogleApp, client: GoogleClient) -> GoogleConsent:
    """Consent at the responder."""
    return GoogleConsent(app, client)


def query(begun: Begun) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}


async def refusal(consent: GoogleConsent, **answer: str) -> FeedError:
    begun = await consent.begin(BACK)
    with pytest.raises(FeedError) as refused:
        await consent.complete(begun.kept, BACK, answer)
    return refused.value


async def test_the_two_read_only_scopes_are_asked_for_with_a_challenge(consent: GoogleConsent) -> None:
    begun = await consent.begin(BACK)
    asked = query(begun)
    verifier = json.loads(begun.kept)["verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert set(asked["scope"].split()) == {CALENDARS_SCOPE, EVENTS_SCOPE}
    assert (asked["access_type"], asked["prompt"], asked["redirect_uri"]) == ("offline", "consent", BACK)
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")
    assert asked["state"] == begun.state
    assert verifier not in begun.url


async def test_no_two_consents_share_state_or_verifier(consent: GoogleConsent) -> None:
    one, two = await consent.begin(BACK), await consent.begin(BACK)
    assert one.state != two.state
    assert one.kept != two.kept


async def test_a_code_is_traded_for_tokens_with_the_verifier(consent: GoogleConsent, google: Responder) -> None:
    begun = await consent.begin(BACK)
    google.script(Answer(TOKEN), Answer(PRIMARY))
    granted = await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    tokens = read_tokens(granted.secret)
    assert google.asked[0].form["code_verifier"] == json.loads(begun.kept)["verifier"]
    assert (granted.label, granted.subject, granted.scopes) == (
        "cabinet@example.com",
        "cabinet@example.com",
        frozenset(SCOPES),
    )
    assert (tokens.refresh, tokens.access) == ("refresh-1", "access-1")


async def test_scopes_that_are_not_named_are_those_that_were_asked_for(
    consent: GoogleConsent, google: Responder
) -> None:
    google.script(Answer({name: value for name, value in TOKEN.items() if name != "scope"}), Answer({"items": []}))
    granted = await consent.complete((await consent.begin(BACK)).kept, BACK, {"code": "code-1"})
    assert (granted.scopes, granted.label) == (frozenset(SCOPES), "")


async def test_a_box_without_a_tick_is_told_by_its_name(consent: GoogleConsent, google: Responder) -> None:
    google.script(Answer({**TOKEN, "scope": f"{CALENDARS_SCOPE} openid"}))
    refused = await refusal(consent, code="code-1")
    assert (refused.fault, refused.detail) == (FeedFault.SCOPE_MISSING, "calendar.events.readonly")


@pytest.mark.parametrize(
    ("error", "fault"),
    [("access_denied", FeedFault.CONSENT_REVOKED), ("admin_policy_enforced", FeedFault.ADMIN_CONSENT)],
)
async def test_a_refusal_of_the_owner_or_of_his_admin_is_told(
    consent: GoogleConsent, google: Responder, error: str, fault: FeedFault
) -> None:
    assert (await refusal(consent, error=error)).fault is fault
    assert google.asked == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer({"error": "invalid_grant"}, 400), FeedFault.CONSENT_REVOKED),
        (Answer({"error": "invalid_client"}, 401), FeedFault.UNAVAILABLE),
        (Answer([], 200), FeedFault.UNAVAILABLE),
        (Answer(b"<html>", 502), FeedFault.UNAVAILABLE),
        (Answer({**TOKEN, "refresh_token": None} | {"scope": ""}, 200), FeedFault.SCOPE_MISSING),
        (Answer({"access_token": "a", "scope": " ".join(SCOPES)}), FeedFault.UNAVAILABLE),
        (Cut(), FeedFault.UNAVAILABLE),
    ],
)
async def test_a_code_that_is_not_taken_is_told(
    consent: GoogleConsent, google: Responder, answer: Answer | Cut, fault: FeedFault
) -> None:
    google.script(answer)
    assert (await refusal(consent, code="code-1")).fault is fault


@pytest.mark.parametrize("status", [200, 400])
async def test_access_is_given_back_and_may_be_gone_already(
    consent: GoogleConsent, google: Responder, status: int
) -> None:
    google.script(Answer({}, status))
    await consent.revoke(write_tokens(Tokens("refresh-1")))
    assert google.asked[0].form == {"token": "refresh-1"}


async def test_a_server_that_cannot_be_reached_is_unavailable(client: GoogleClient) -> None:
    app = GoogleApp("client-1", "client-secret", revoke_uri="http://127.0.0.1:1/revoke")
    with pytest.raises(FeedError) as refused:
        await GoogleConsent(app, client).revoke(write_tokens(Tokens("refresh-1")))
    assert refused.value.fault is FeedFault.UNAVAILABLE


async def test_that_access_could_not_be_given_back_is_told(consent: GoogleConsent, google: Responder) -> None:
    google.script(Answer({}, 503))
    with pytest.raises(FeedError) as refused:
        await consent.revoke(write_tokens(Tokens("refresh-1")))
    assert refused.value.fault is FeedFault.UNAVAILABLE


async def test_writing_is_asked_for_apart_and_has_to_be_granted(consent: GoogleConsent, google: Responder) -> None:
    begun = await consent.begin(BACK, writes=True)
    assert set(query(begun)["scope"].split()) == {CALENDARS_SCOPE, EVENTS_SCOPE, WRITE_SCOPE}
    google.script(Answer(TOKEN))
    with pytest.raises(FeedError, match=r"scope_missing: calendar\.events$"):
        await consent.complete(begun.kept, BACK, {"code": "code-1"})
    google.script(Answer({**TOKEN, "scope": " ".join([*SCOPES, WRITE_SCOPE])}), Answer(PRIMARY))
    assert (await consent.complete(begun.kept, BACK, {"code": "code-1"})).writes


async def test_who_agrees_to_reading_agrees_to_nothing_else(consent: GoogleConsent, google: Responder) -> None:
    google.script(Answer(TOKEN), Answer(PRIMARY))
    assert not (await consent.complete((await consent.begin(BACK)).kept, BACK, {"code": "code-1"})).writes
