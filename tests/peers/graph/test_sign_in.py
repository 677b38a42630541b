"""Consent, tokens and their end, with Microsoft's own library."""

import re
from typing import Any

import httpx
import pytest

from tests.peers.graph.accounts import REFUSALS
from tests.peers.graph.peer import GraphPeer

BACK = "https://gateway.example/back"
SCOPES = ["Calendars.Read"]

Json = dict[str, Any]


def answered(entra: Any, peer: GraphPeer, **more: str) -> tuple[Json, Json]:
    """The flow that was begun, and what came back to us."""
    flow = entra.initiate_auth_code_flow(SCOPES, redirect_uri=BACK, response_mode="form_post", **more)
    page = httpx.get(flow["auth_uri"], verify=peer.trust(), trust_env=False).text
    return flow, dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))


def test_a_consent_gives_tokens_and_says_who_the_user_is(entra: Any, graph_peer: GraphPeer) -> None:
    flow, answer = answered(entra, graph_peer)
    tokens = entra.acquire_token_by_auth_code_flow(flow, answer)
    assert tokens["id_token_claims"]["preferred_username"] == "camille@example.com"
    (account,) = entra.get_accounts()
    claims = tokens["id_token_claims"]
    assert account["home_account_id"] == f"{claims['oid']}.{claims['tid']}"
    assert "Calendars.Read" in tokens["scope"]
    with pytest.raises(ValueError, match="state"):
        entra.acquire_token_by_auth_code_flow(flow, answer | {"state": "another"})


def test_a_consent_may_come_back_by_redirection(entra: Any, graph_peer: GraphPeer) -> None:
    with pytest.warns(UserWarning, match="form_post"):
        flow = entra.initiate_auth_code_flow(SCOPES, redirect_uri=BACK, response_mode="query")
    where = httpx.get(flow["auth_uri"], verify=graph_peer.trust(), trust_env=False).headers["Location"]
    assert "access_token" in entra.acquire_token_by_auth_code_flow(flow, dict(httpx.URL(where).params))


def test_a_code_is_used_once_and_wants_its_verifier(entra: Any, graph_peer: GraphPeer) -> None:
    flow, answer = answered(entra, graph_peer)
    assert "access_token" in entra.acquire_token_by_auth_code_flow(flow, answer)
    assert entra.acquire_token_by_auth_code_flow(flow, answer)["error_codes"] == [70008]
    flow, answer = answered(entra, graph_peer)
    assert entra.acquire_token_by_auth_code_flow(flow | {"code_verifier": "x" * 64}, answer)["error_codes"] == [501481]


def test_a_user_may_refuse(entra: Any, graph_peer: GraphPeer) -> None:
    graph_peer.control.post("/consent", {"denies": "access_denied"})
    flow, answer = answered(entra, graph_peer)
    assert entra.acquire_token_by_auth_code_flow(flow, answer)["error"] == "access_denied"


def signed_in(entra: Any, peer: GraphPeer) -> Json:
    entra.acquire_token_by_auth_code_flow(*answered(entra, peer))
    account: Json = entra.get_accounts()[0]
    return account


def refreshed(entra: Any, account: Json) -> Json:
    told: Json = entra.acquire_token_silent_with_error(SCOPES, account=account, force_refresh=True)
    return told


def test_every_refresh_brings_a_new_refresh_token(entra: Any, graph_peer: GraphPeer) -> None:
    account = signed_in(entra, graph_peer)
    before = str(entra.token_cache._cache)
    assert "access_token" in refreshed(entra, account)
    after = str(entra.token_cache._cache)
    tokens = [set(re.findall(r"0\.AXoA-peer-\d+", text)) for text in (before, after)]
    assert tokens[0] != tokens[1]


@pytest.mark.parametrize("die", [True, False])
def test_an_old_refresh_token_may_live_on_or_die(graph_peer: GraphPeer, entra: Any, die: bool) -> None:
    graph_peer.manners(old_refresh_tokens_die=die)
    old = graph_peer.grant()["refresh_token"]
    entra.acquire_token_by_refresh_token(old, SCOPES)
    told = entra.acquire_token_by_refresh_token(old, SCOPES)
    assert told.get("error") == ("invalid_grant" if die else None)


def test_a_revoked_grant_is_invalid_for_good(entra: Any, graph_peer: GraphPeer) -> None:
    account = signed_in(entra, graph_peer)
    graph_peer.control.post("/revoke", {"user": "camille@example.com"})
    told = refreshed(entra, account)
    assert (told["error"], told["error_codes"]) == ("invalid_grant", [50173])


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_reads_as_entra_writes_it(entra: Any, graph_peer: GraphPeer, code: int) -> None:
    account = signed_in(entra, graph_peer)
    graph_peer.control.post("/tokens/refuse", {"code": code})
    told = refreshed(entra, account)
    assert told["error"] == REFUSALS[code][0]
    assert f"AADSTS{code}:" in told["error_description"]


def test_only_the_right_application_gets_tokens(graph_peer: GraphPeer) -> None:
    grant = graph_peer.grant()
    form = {"grant_type": "refresh_token", "client_id": grant["client_id"], "client_secret": "guessed"}
    where = f"{graph_peer.authority}/oauth2/v2.0/token"
    answer = httpx.post(where, data=form, verify=graph_peer.trust(), trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
