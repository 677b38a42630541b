"""Consent, tokens and their end, with Google's own libraries."""

from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.errors import HttpError

from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET, READ_SCOPES
from tests.peers.google_calendar.conftest import Clients
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer

BACK = "http://127.0.0.1/back"


@pytest.fixture
def flow(google_peer: GooglePeer, monkeypatch: pytest.MonkeyPatch) -> Flow:
    """A consent that is about to be asked for."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the library's own word for loopback tests
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    web = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": f"{google_peer.url}/o/oauth2/v2/auth",
        "token_uri": google_peer.token_uri,
    }
    made: Flow = Flow.from_client_config({"web": web}, list(READ_SCOPES), redirect_uri=BACK)
    return made


def answer_to(flow: Flow) -> httpx.URL:
    url, _ = flow.authorization_url(access_type="offline", prompt="consent")
    return httpx.URL(httpx.get(url, trust_env=False).headers["Location"])


def test_a_consent_gives_tokens(flow: Flow) -> None:
    answer = answer_to(flow)
    flow.fetch_token(code=answer.params["code"], include_client_id=True)
    assert flow.credentials.refresh_token
    assert set(flow.credentials.granted_scopes) == set(READ_SCOPES)


def test_a_code_is_used_once(flow: Flow) -> None:
    code = answer_to(flow).params["code"]
    flow.fetch_token(code=code)
    with pytest.raises(Exception, match="invalid_grant"):
        flow.fetch_token(code=code)


def test_a_code_wants_its_verifier(flow: Flow) -> None:
    code = answer_to(flow).params["code"]
    flow.code_verifier = "x" * 64
    with pytest.raises(Exception, match="invalid_grant"):
        flow.fetch_token(code=code)


def test_a_user_may_refuse(google_peer: GooglePeer, flow: Flow) -> None:
    google_peer.control.post("/consent", {"denies": True})
    assert answer_to(flow).params["error"] == "access_denied"


def test_a_user_may_untick_a_scope(google_peer: GooglePeer, flow: Flow, clients: Clients) -> None:
    google_peer.control.post("/consent", {"unticked": [READ_SCOPES[1]]})
    flow.fetch_token(code=answer_to(flow).params["code"])
    assert flow.credentials.granted_scopes == [READ_SCOPES[0]]
    lists = clients(secret=flow.credentials.refresh_token)
    assert lists.calendarList().list().execute()["items"][0]["primary"]
    with pytest.raises(HttpError) as refused:
        lists.events().list(calendarId="primary").execute()
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (403, "insufficientPermissions")


def test_a_revoked_grant_is_invalid_for_good(google_peer: GooglePeer, client: Any) -> None:
    client.calendarList().list().execute()
    google_peer.control.post("/revoke", {"user": PRIMARY})
    with pytest.raises(RefreshError) as refused:
        client.calendarList().list().execute()
    assert refused.value.args[1]["error"] == "invalid_grant"


def test_a_client_can_give_its_grant_back(google_peer: GooglePeer) -> None:
    grant = google_peer.grant()
    where = f"{google_peer.url}/revoke"
    token = {"token": grant["refresh_token"]}
    assert [httpx.post(where, data=token, trust_env=False).status_code for _ in range(2)] == [200, 400]


def test_an_access_token_that_died_is_renewed(google_peer: GooglePeer, client: Any) -> None:
    client.calendarList().list().execute()
    google_peer.control.post("/tokens/expire")
    client.calendarList().list().execute()
    book = google_peer.book()["requests"]
    assert book["POST /token"] == 2
    assert book["GET /calendar/v3/users/me/calendarList"] == 3


def test_only_the_right_client_gets_tokens(google_peer: GooglePeer) -> None:
    credentials = Credentials(  # type: ignore[no-untyped-call] # as the library has it
        None, google_peer.grant()["refresh_token"], None, google_peer.token_uri, CLIENT_ID, "guessed"
    )
    with pytest.raises(RefreshError, match="invalid_client"):
        credentials.refresh(Request())  # type: ignore[no-untyped-call] # as the library has it


def test_other_users_calendars_are_not_found(google_peer: GooglePeer, client: Any) -> None:
    google_peer.control.post("/users", {"email": "alex@example.com"})
    with pytest.raises(HttpError, match="404"):
        client.events().list(calendarId="alex@example.com").execute()
