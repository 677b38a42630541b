"""Google's library signs in at a server that we did not write."""

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow

from tests.peers.sign_in.peer import REDIRECT_URIS, SignIn

SCOPES = ["https://www.googleapis.com/auth/calendar.events.readonly"]


@pytest.fixture
def credentials(google_sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Credentials:
    """What a consent gave."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the library's own word for loopback tests
    flow = Flow.from_client_config(google_sign_in.client_config, SCOPES, redirect_uri=REDIRECT_URIS[0])
    url, state = flow.authorization_url(access_type="offline", prompt="consent")
    answer = google_sign_in.consent(url)
    assert answer["state"] == state
    flow.fetch_token(code=answer["code"], include_client_id=True)
    given: Credentials = flow.credentials
    return given


def test_a_consent_gives_tokens_that_are_renewed(credentials: Credentials) -> None:
    before = credentials.token
    credentials.refresh(Request())  # type: ignore[no-untyped-call] # as the library has it
    assert credentials.token != before


def test_a_revoked_grant_is_invalid_for_good(google_sign_in: SignIn, credentials: Credentials) -> None:
    where = google_sign_in.client_config["web"]["revoke_uri"]
    assert httpx.post(where, data={"token": credentials.refresh_token}, trust_env=False).is_success
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(Request())  # type: ignore[no-untyped-call] # as the library has it
