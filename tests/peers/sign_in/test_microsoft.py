"""Microsoft's library signs in at a server that we did not write."""

from collections.abc import Iterator
from typing import Any

import msal
import pytest
import requests

from tests.peers.sign_in.peer import REDIRECT_URIS, USER, SignIn

SCOPES = ["Calendars.Read"]


@pytest.fixture
def application(microsoft_sign_in: SignIn) -> Iterator[Any]:
    """An application as Microsoft's library knows it."""
    peer = microsoft_sign_in
    with requests.Session() as session:
        session.verify = str(peer.authorities)
        session.trust_env = False
        yield msal.ConfidentialClientApplication(
            peer.client_id, peer.client_secret, authority=peer.authority, instance_discovery=False, http_client=session
        )


def test_a_consent_gives_tokens_that_are_renewed(microsoft_sign_in: SignIn, application: Any) -> None:
    flow = application.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT_URIS[0], response_mode="form_post")
    tokens = application.acquire_token_by_auth_code_flow(flow, microsoft_sign_in.consent(flow["auth_uri"]))
    assert tokens["id_token_claims"]["preferred_username"] == USER
    (account,) = application.get_accounts()
    renewed = application.acquire_token_silent_with_error(SCOPES, account=account, force_refresh=True)
    assert renewed["access_token"] != tokens["access_token"]


def test_a_code_of_another_state_is_refused(microsoft_sign_in: SignIn, application: Any) -> None:
    flow = application.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT_URIS[0], response_mode="form_post")
    answer = dict(microsoft_sign_in.consent(flow["auth_uri"])) | {"state": "another"}
    with pytest.raises(ValueError, match="state"):
        application.acquire_token_by_auth_code_flow(flow, answer)
