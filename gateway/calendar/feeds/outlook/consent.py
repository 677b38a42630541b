"""Asking the owner of an Outlook calendar for access: the OAuth 2.0 code flow with PKCE, through msal."""

import json
from collections.abc import Mapping

from gateway.calendar.feeds.outlook.app import SCOPE, WRITE_SCOPE
from gateway.calendar.feeds.outlook.entra import Entra
from gateway.calendar.feeds.outlook.faults import not_granted
from gateway.calendar.feeds.port import Begun, FeedError, Granted
from gateway.calendar.words import FeedFault, Provider

_WRITES = frozenset({WRITE_SCOPE.lower()})
_ENOUGH = _WRITES | {SCOPE.lower()}


class OutlookConsent:
    """The authorisation pages of Microsoft."""

    provider = Provider.OUTLOOK

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    async def begin(self, redirect_uri: str, *, writes: bool = False) -> Begun:
        """Ask for read access, and only where it ``writes`` for more; msal wants the whole flow back."""
        flow = await self._entra.begin(redirect_uri, WRITE_SCOPE if writes else SCOPE)
        return Begun(flow["auth_uri"], flow["state"], json.dumps({**flow, "writes": writes}).encode())

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Trade the code for tokens; the owner may have refused, or may have to ask his administrator."""
        del redirect_uri  # it is in the flow
        if "error" in answer:
            raise not_granted(answer)
        flow = json.loads(kept)
        writes = flow.pop("writes", False)
        scope = WRITE_SCOPE if writes else SCOPE
        user = await self._entra.complete(flow, answer, scope)
        granted = {each.rsplit("/", 1)[-1].lower() for each in user.scopes}
        if granted.isdisjoint(_WRITES if writes else _ENOUGH):
            raise FeedError(FeedFault.SCOPE_MISSING, scope)
        return Granted(user.secret, user.subject, user.label, user.scopes, writes=not granted.isdisjoint(_WRITES))

    async def revoke(self, secret: bytes) -> None:
        """Microsoft lets no application give a consent back: the user does, at https://myapps.microsoft.com.

        Forgetting ``secret`` is all that can be done, and is up to whoever keeps it.
        """
