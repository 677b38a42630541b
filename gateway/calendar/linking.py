"""Linking calendars of Google's or Microsoft's: a ticket for their owner, the provider's pages, and what came of it.

Whoever holds a ticket links to the account that it was made for, so it is used once, and what follows is bound to the
browser that used it: an answer to what another browser began is worth nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.calendar import calendars, connections
from gateway.calendar.calendars import Calendar
from gateway.calendar.consents import Asked, find_request, keep_request, take_request
from gateway.calendar.feeds.port import Begun, CalendarFeed, Consent, FeedError, Granted, RemoteCalendar
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.database import Engine, Stamp
from gateway.engine.vault import Vault
from gateway.wording import Language

#: How long a ticket may lie in a mailbox.
TICKET_LIFE = timedelta(days=1)

#: Who links, in the audit trail: the owner of the calendars, at the provider's pages.
ACTOR = "owner"


@dataclass(frozen=True, slots=True)
class Host:
    """The account that calendars are linked to."""

    account_id: int
    slug: str
    name: str
    language: Language
    time_zone: str
    writes: bool = False  # its owner is asked for more than reading, or gave it


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it: the calendars that can be enabled now."""

    host: Host
    calendars: Sequence[Calendar]


class LinkFailed(Exception):
    """Nothing was linked. ``fault`` is None where the ticket or the answer is unknown, used, or too old.

    ``language`` is that of the account, where it is known.
    """

    def __init__(self, fault: FeedFault | None = None, language: Language | None = None, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.language = language
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Doors:
    """The pages of one provider, and what is behind them."""

    consent: Consent
    feed: CalendarFeed
    redirect_uri: str  # as it is registered there


def issue_ticket(
    connection: Connection, stamp: Stamp, vault: Vault, *, account_id: int, provider: Provider, writes: bool = False
) -> str:
    """A ticket for linking calendars of a provider to an account; it is shown this once, and kept as a digest.

    ``writes``: their owner is also asked for leave to mark events.
    """
    ticket = secrets.token_urlsafe(32)
    keep_request(
        connection,
        stamp,
        vault,
        account_id=account_id,
        provider=provider,
        begun=Begun("", ticket, b""),
        writes=writes,
        life=TICKET_LIFE,
    )
    return ticket


class Linking:
    """Takes owners from their ticket to the pages of a provider, and back."""

    def __init__(self, engine: Engine, vault: Vault, providers: Mapping[Provider, Doors]) -> None:
        self._engine = engine
        self._vault = vault
        self._providers = providers

    async def invited(self, provider: Provider, ticket: str) -> Host:
        """To whom a ticket links; it stays good. Raises ``LinkFailed``."""
        now = self._engine.clock.now()
        host = await self._engine.read(partial(_invited, now=now, provider=provider, ticket=ticket))
        if host is None or provider not in self._providers:
            raise LinkFailed
        return host

    async def begin(self, provider: Provider, ticket: str, session: str) -> tuple[Host, str]:
        """Use a ticket up: whose it was, and the page of the provider to go to.

        ``session`` is a secret of the browser. Raises ``LinkFailed``.
        """
        if not session:
            raise LinkFailed
        host = await self.invited(provider, ticket)
        doors = self._providers[provider]
        try:
            begun = await doors.consent.begin(doors.redirect_uri, writes=host.writes)
        except FeedError as error:
            raise LinkFailed(error.fault, host.language, error.detail) from None
        stamp = self._engine.stamp()
        keep = partial(_exchange, stamp=stamp, vault=self._vault, ticket=ticket, begun=begun, session=session)
        if not await self._engine.write(keep):
            raise LinkFailed(language=host.language)
        return host, begun.url

    async def finish(self, provider: Provider, answer: Mapping[str, str], session: str) -> Joined:
        """Take what the provider sent back with the browser, and keep the connection. Raises ``LinkFailed``."""
        state = answer.get("state", "")
        take = partial(take_request, stamp=self._engine.stamp(), vault=self._vault, state=state, session=session)
        asked = await self._engine.write(take) if session else None
        if asked is None or asked.provider is not provider or provider not in self._providers:
            raise LinkFailed
        host = await self._engine.read(partial(_host, account_id=asked.account_id))
        try:
            granted, listed = await self._granted(asked, answer)
            link = partial(_link, stamp=self._engine.stamp(), vault=self._vault, host=host, provider=provider)
            return await self._engine.write(partial(link, granted=granted, listed=listed), wakes=(connections.TOPIC,))
        except FeedError as error:
            raise LinkFailed(error.fault, host.language, error.detail) from None
        except Refused:  # more calendars than can be listed
            raise LinkFailed(FeedFault.TOO_LARGE, host.language) from None

    async def _granted(self, asked: Asked, answer: Mapping[str, str]) -> tuple[Granted, Sequence[RemoteCalendar]]:
        doors = self._providers[asked.provider]
        granted = await doors.consent.complete(asked.kept, doors.redirect_uri, answer)
        session = doors.feed.open(granted.secret)
        try:
            listed = await session.calendars()
            return replace(granted, secret=session.secret), listed
        finally:
            await session.close()


def _exchange(connection: Connection, *, stamp: Stamp, vault: Vault, ticket: str, begun: Begun, session: str) -> bool:
    """The ticket for a consent that is being asked for; False where somebody was quicker."""
    used = take_request(connection, stamp, vault, state=ticket)
    if used is None:
        return False
    keep_request(
        connection,
        stamp,
        vault,
        account_id=used.account_id,
        provider=used.provider,
        begun=begun,
        writes=used.writes,
        session=session,
    )
    return True


def _link(
    connection: Connection,
    *,
    stamp: Stamp,
    vault: Vault,
    host: Host,
    provider: Provider,
    granted: Granted,
    listed: Sequence[RemoteCalendar],
) -> Joined:
    connection_id = connections.link(
        connection,
        stamp,
        ACTOR,
        vault,
        account_id=host.account_id,
        provider=provider,
        granted=granted,
        calendars=listed,
        zone=host.time_zone,
    )
    host = replace(host, writes=granted.writes)
    return Joined(host, calendars.of_connection(connection, host.account_id, connection_id))


def _invited(connection: Connection, now: datetime, provider: Provider, ticket: str) -> Host | None:
    asked = find_request(connection, now, state=ticket)
    if asked is None or asked[1] is not provider:
        return None
    return replace(_host(connection, asked[0]), writes=asked[2])


def _host(connection: Connection, account_id: int) -> Host:
    row = account.c
    columns = (row.account_id, row.slug, row.name, row.language, row.time_zone)
    return Host(*connection.execute(select(*columns).where(row.account_id == account_id)).one())
