"""Asking the owner of an Outlook calendar for read access: the OAuth 2.0 code flow with PKCE, through msal."""

import json
from collections.abc import Mapping

from gateway.calendar.feeds.outlook.entra import Entra
from gateway.calendar.feeds.outlook.faults import not_granted
from gateway.calendar.feeds.port import Begun, FeedError, Granted
from gateway.calendar.words import FeedFault, Provider

_ENOUGH = frozenset({"calendars.read", "calendars.readwrite"})


class OutlookConsent:
    """The authorisation pages of Microsoft."""

    provider = Provider.OUTLOOK

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    async def begin(self, redirect_uri: str) -> Begun:
        """Ask for read access; the whole flow is kept, for msal wants it back."""
        flow = await self._entra.begin(redirect_uri)
        return Begun(flow["auth_uri"], flow["state"], json.dumps(flow).encode())

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Trade the code for tokens; the owner may have refused, or may have to ask his administrator."""
        del redirect_uri  # it is in the flow
        if "error" in answer:
            raise not_granted(answer)
        user = await self._entra.complete(json.loads(kept), answer)
        if _ENOUGH.isdisjoint(each.rsplit("/", 1)[-1].lower() for each in user.scopes):
            raise FeedError(FeedFault.SCOPE_MISSING, "Calendars.Read")
        return Granted(user.secret, user.subject, user.label, user.scopes)

    async def revoke(self, secret: bytes) -> None:
        """Microsoft lets no application give a consent back: the user does, at https://myapps.microsoft.com.

        Forgetting ``secret`` is all that can be done, and is up to whoever keeps it.
        """
