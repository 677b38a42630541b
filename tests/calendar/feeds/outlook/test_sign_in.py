"""Consent at Microsoft, at a server that we did not write."""

from collections.abc import AsyncIterator

import pytest

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.consent import OutlookConsent
from gateway.calendar.feeds.outlook.entra import Entra
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault
from tests.peers.sign_in.peer import REDIRECT_URIS, USER, SignIn

BACK = REDIRECT_URIS[0]


@pytest.fixture
async def entra(microsoft_sign_in: SignIn) -> AsyncIterator[Entra]:
    """Microsoft's library, pointed at that server."""
    opened = Entra(
        OutlookApp(
            microsoft_sign_in.client_id,
            microsoft_sign_in.client_secret,
            authority=microsoft_sign_in.authority,
            trusted=microsoft_sign_in.authorities,
        )
    )
    yield opened
    await opened.close()


async def test_a_consent_gives_tokens_that_are_renewed(entra: Entra, microsoft_sign_in: SignIn) -> None:
    consent = OutlookConsent(entra)
    begun = await consent.begin(BACK)
    granted = await consent.complete(begun.kept, BACK, microsoft_sign_in.consent(begun.url))
    first = await entra.access(granted.secret)
    renewed = await entra.access(granted.secret, renew=True)
    again = await entra.access(renewed.secret)
    assert granted.label == USER
    assert first.secret == granted.secret
    assert renewed.token != first.token
    assert again.token == renewed.token


async def test_a_verifier_of_another_flow_does_not_fit(entra: Entra, microsoft_sign_in: SignIn) -> None:
    consent = OutlookConsent(entra)
    begun, other = await consent.begin(BACK), await consent.begin(BACK)
    answer = {**microsoft_sign_in.consent(begun.url), "state": other.state}
    with pytest.raises(FeedError) as refused:
        await consent.complete(other.kept, BACK, answer)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED
