"""Asking for read access at Microsoft."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.consent import OutlookConsent
from gateway.calendar.feeds.outlook.graph import Graph
from gateway.calendar.feeds.port import Begun, FeedError
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.resources import id_token, token
from tests.calendar.feeds.responder import Answer, Cut, Responder

BACK = "https://sms.example.com/calendars/callback/outlook"


@pytest.fixture
def consent(graph: Graph) -> OutlookConsent:
    """Consent at the responder."""
    return OutlookConsent(graph.entra)


def signed_in(app: OutlookApp, begun: Begun, **changes: Any) -> Answer:
    """What the token endpoint answers, with the nonce of the flow."""
    nonce = parse_qs(urlsplit(begun.url).query)["nonce"][0]
    return Answer(token(app, id_token=id_token(app, nonce=nonce), **changes))


async def refusal(consent: OutlookConsent, **answer: str) -> FeedError:
    begun = await consent.begin(BACK)
    with pytest.raises(FeedError) as refused:
        await consent.complete(begun.kept, BACK, {"state": begun.state, **answer})
    return refused.value


async def test_reading_is_asked_for_offline_with_a_challenge(consent: OutlookConsent) -> None:
    begun = await consent.begin(BACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert set(asked["scope"].split()) == {"Calendars.Read", "offline_access", "openid", "profile"}
    assert (asked["code_challenge_method"], asked["redirect_uri"], asked["state"]) == ("S256", BACK, begun.state)
    assert json.loads(begun.kept)["code_verifier"] not in begun.url


async def test_a_code_is_traded_and_the_user_is_known_by_a_name_that_stays(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK)
    microsoft.script(signed_in(app, begun))
    granted = await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    assert microsoft.asked[0].form["code_verifier"] == json.loads(begun.kept)["code_verifier"]
    assert (granted.subject, granted.label) == ("uid-1.tenant-1", "camille@example.com")
    assert "Calendars.Read" in granted.scopes
    assert b"refresh-1" in granted.secret
    await consent.revoke(granted.secret)


async def test_a_code_of_another_flow_is_not_taken(consent: OutlookConsent, microsoft: Responder) -> None:
    assert (await refusal(consent, code="code-1", state="forged")).fault is FeedFault.UNAVAILABLE
    assert microsoft.asked == []


async def test_an_access_without_the_scope_is_told(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK)
    microsoft.script(signed_in(app, begun, scope="openid profile"))
    with pytest.raises(FeedError) as refused:
        await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    assert refused.value.fault is FeedFault.SCOPE_MISSING


@pytest.mark.parametrize("scope", ["https://graph.microsoft.com/Calendars.Read", "Calendars.ReadWrite"])
async def test_the_scope_goes_by_several_names(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder, scope: str
) -> None:
    begun = await consent.begin(BACK)
    microsoft.script(signed_in(app, begun, scope=scope))
    assert (await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})).secret


async def test_a_scope_that_is_not_named_is_the_one_that_was_asked_for(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK)
    answer = signed_in(app, begun)
    del answer.body["scope"]
    microsoft.script(answer)
    granted = await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    assert granted.scopes == {"Calendars.Read"}


async def test_an_access_that_would_end_within_the_hour_is_no_use(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK)
    microsoft.script(signed_in(app, begun, refresh_token=None))
    with pytest.raises(FeedError) as refused:
        await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    assert refused.value.detail == "no_refresh_token"


@pytest.mark.parametrize(
    ("error", "description", "fault"),
    [
        ("access_denied", "AADSTS65004: declined", FeedFault.CONSENT_REVOKED),
        ("consent_required", "AADSTS65001: no consent", FeedFault.ADMIN_CONSENT),
        ("access_denied", "AADSTS90094: admin", FeedFault.ADMIN_CONSENT),
    ],
)
async def test_a_refusal_of_the_owner_or_of_his_admin_is_told(
    consent: OutlookConsent, microsoft: Responder, error: str, description: str, fault: FeedFault
) -> None:
    assert (await refusal(consent, error=error, error_description=description)).fault is fault
    assert microsoft.asked == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (
            Answer({"error": "invalid_grant", "error_description": "AADSTS70008: expired"}, 400),
            FeedFault.CONSENT_REVOKED,
        ),
        (Answer({"error": "invalid_client", "error_description": "AADSTS7000215"}, 401), FeedFault.UNAVAILABLE),
        (Answer({}, 500), FeedFault.UNAVAILABLE),
        (Cut(), FeedFault.UNAVAILABLE),
    ],
    ids=["grant", "client", "500", "cut"],
)
async def test_a_code_that_is_not_taken_is_told(
    consent: OutlookConsent, microsoft: Responder, answer: Answer | Cut, fault: FeedFault
) -> None:
    microsoft.script(answer)
    assert (await refusal(consent, code="code-1")).fault is fault


async def test_writing_is_asked_for_apart_and_goes_on_being_asked_for(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK, writes=True)
    asked = parse_qs(urlsplit(begun.url).query)["scope"][0].split()
    assert set(asked) == {"Calendars.ReadWrite", "offline_access", "openid", "profile"}
    microsoft.script(signed_in(app, begun, scope="Calendars.ReadWrite"))
    granted = await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
    assert granted.writes
    assert json.loads(granted.secret)["scope"] == "Calendars.ReadWrite"


async def test_who_agrees_to_reading_where_writing_was_asked_for_is_told(
    consent: OutlookConsent, app: OutlookApp, microsoft: Responder
) -> None:
    begun = await consent.begin(BACK, writes=True)
    microsoft.script(signed_in(app, begun))
    with pytest.raises(FeedError, match=r"scope_missing: Calendars\.ReadWrite"):
        await consent.complete(begun.kept, BACK, {"code": "code-1", "state": begun.state})
