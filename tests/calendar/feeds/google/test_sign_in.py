"""Consent at Google: at a server that we did not write, and at one that remembers what was left without a tick."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from gateway.calendar.feeds.google.app import EVENTS_SCOPE, SCOPES, GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.consent import GoogleConsent
from gateway.calendar.feeds.google.feed import GoogleFeed
from gateway.calendar.feeds.google.tokens import read_tokens, write_tokens
from gateway.calendar.feeds.port import FeedError, Granted
from gateway.calendar.words import FeedFault
from tests.clock import StoppedClock
from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer
from tests.peers.sign_in.peer import REDIRECT_URIS, SignIn

BACK = REDIRECT_URIS[0]


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Google's library make an address without TLS: its own word for tests on one machine."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
async def emulated(google_sign_in: SignIn) -> AsyncIterator[tuple[GoogleApp, GoogleClient]]:
    """An application at the server that we did not write."""
    where = google_sign_in.client_config["web"]
    app = GoogleApp(
        google_sign_in.client_id,
        google_sign_in.client_secret,
        api=f"{google_sign_in.url}/calendar/v3/",
        auth_uri=where["auth_uri"],
        token_uri=where["token_uri"],
        revoke_uri=where["revoke_uri"],
    )
    client = GoogleClient(app)
    yield app, client
    await client.close()


async def agreed(app: GoogleApp, client: GoogleClient, google_sign_in: SignIn) -> Granted:
    consent = GoogleConsent(app, client)
    begun = await consent.begin(BACK)
    answer = google_sign_in.consent(begun.url)
    assert answer["state"] == begun.state
    return await consent.complete(begun.kept, BACK, answer)


async def test_a_consent_opens_calendars_and_is_renewed(
    emulated: tuple[GoogleApp, GoogleClient], google_sign_in: SignIn, clock: StoppedClock
) -> None:
    app, client = emulated
    granted = await agreed(app, client, google_sign_in)
    tokens = read_tokens(granted.secret)
    session = GoogleFeed(client, clock).open(write_tokens(replace(tokens, access=None)))
    assert granted.scopes == frozenset(SCOPES)
    assert [each.calendar_id for each in await session.calendars()] == [granted.label]
    assert read_tokens(session.secret).access not in (None, tokens.access)


async def test_a_verifier_of_another_flow_does_not_fit(
    emulated: tuple[GoogleApp, GoogleClient], google_sign_in: SignIn
) -> None:
    consent = GoogleConsent(*emulated)
    begun, other = await consent.begin(BACK), await consent.begin(BACK)
    with pytest.raises(FeedError) as refused:
        await consent.complete(other.kept, BACK, google_sign_in.consent(begun.url))
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


async def test_what_was_given_back_opens_nothing_any_more(
    emulated: tuple[GoogleApp, GoogleClient], google_sign_in: SignIn, clock: StoppedClock
) -> None:
    app, client = emulated
    granted = await agreed(app, client, google_sign_in)
    await GoogleConsent(app, client).revoke(granted.secret)
    old = write_tokens(replace(read_tokens(granted.secret), access=None))
    with pytest.raises(FeedError) as refused:
        await GoogleFeed(client, clock).open(old).calendars()
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


async def answered(google_peer: GooglePeer) -> Granted:
    """Go through the pages of the peer."""
    app = GoogleApp(
        CLIENT_ID,
        CLIENT_SECRET,
        api=google_peer.api,
        auth_uri=f"{google_peer.url}/o/oauth2/v2/auth",
        token_uri=google_peer.token_uri,
    )
    client = GoogleClient(app)
    try:
        consent = GoogleConsent(app, client)
        begun = await consent.begin(BACK)
        async with httpx.AsyncClient(trust_env=False) as browser:
            page = await browser.get(begun.url)
        return await consent.complete(begun.kept, BACK, dict(httpx.URL(page.headers["Location"]).params))
    finally:
        await client.close()


async def test_the_user_is_known_by_the_address(google_peer: GooglePeer) -> None:
    granted = await answered(google_peer)
    assert (granted.subject, granted.label) == (PRIMARY, PRIMARY)


async def test_a_box_that_was_left_without_a_tick_is_told(google_peer: GooglePeer) -> None:
    google_peer.control.post("/consent", {"unticked": [EVENTS_SCOPE]})
    with pytest.raises(FeedError) as refused:
        await answered(google_peer)
    assert refused.value.fault is FeedFault.SCOPE_MISSING


async def test_a_user_who_cancels_is_no_connection(google_peer: GooglePeer) -> None:
    google_peer.control.post("/consent", {"denies": True})
    with pytest.raises(FeedError) as refused:
        await answered(google_peer)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED
