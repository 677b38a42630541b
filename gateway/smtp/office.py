"""The post office that all sessions work in: whom they ask, what they share, and the mails being stored."""

import asyncio
import secrets
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from logging import getLogger
from typing import Protocol

from gateway.engine.faults import told
from gateway.engine.writer import StorageFull, StorageUnavailable
from gateway.settings import SmtpSettings
from gateway.smtp import replies
from gateway.smtp.limits import Connections, MailMemory, RoleMail
from gateway.smtp.reception import Envelope, Reception

_log = getLogger(__name__)


def note_incident(error: Exception) -> bytes:
    """Log what broke and where, and give the reply that names it.

    The text of an exception may hold anything, a password or a mail, so neither the log nor the client gets it. That
    the database is away is no incident of a session: the engine logs it, once.
    """
    if isinstance(error, StorageFull):
        return replies.STORAGE_FULL
    if isinstance(error, StorageUnavailable):
        return replies.STORAGE_UNAVAILABLE
    incident_id = secrets.token_hex(4)
    _log.error("smtp incident %s: %s", incident_id, told(error))
    return replies.incident(incident_id)


class Commits:
    """The mails on their way to the disk; nobody calls them back."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._under_way: deque[asyncio.Future[int]] = deque()

    def keep(self, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
        """Store a mail; ``promise`` makes the reply of what came of it."""
        while self._under_way and self._under_way[0].done():
            self._under_way.popleft()
        kept = self._reception.store(envelope, raw)
        self._under_way.append(kept)
        return kept

    async def finish(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait([self._under_way.popleft()])


def promise(kept: "asyncio.Future[int]") -> bytes:
    """The reply to a mail: 250 only for what is on disk."""
    try:
        return replies.queued(kept.result())
    except Exception as error:  # noqa: BLE001 - every recipient is owed an answer, whatever breaks
        return note_incident(error)


class Departures:
    """Replies that leave together, when the event loop has heard all clients in turn.

    A client that is woken by its reply takes the processor: better once, at the end, than in the middle of each turn.
    """

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def add(self, leave: Callable[[], None]) -> None:
        """Have ``leave`` called at the end of this turn."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._leave)
        self._waiting.append(leave)

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        for leave in waiting:
            leave()


class Guest(Protocol):
    """A session, as the house sees it."""

    def dismiss(self) -> None:
        """Hang up, at once or after the command under way."""

    def abort(self) -> None:
        """Cut the line."""


class Guests:
    """The sessions that are open."""

    def __init__(self) -> None:
        self._present: set[Guest] = set()
        self._gone = asyncio.Event()

    def arrive(self, guest: Guest) -> None:
        """A session begins."""
        self._present.add(guest)

    def depart(self, guest: Guest) -> None:
        """A session has ended."""
        self._present.discard(guest)
        if not self._present:
            self._gone.set()

    def dismiss(self) -> None:
        """Ask all to leave."""
        for guest in list(self._present):
            guest.dismiss()

    def abort(self) -> None:
        """Cut all lines."""
        for guest in list(self._present):
            guest.abort()

    async def all_gone(self) -> None:
        """Wait until none is left."""
        while self._present:
            self._gone.clear()
            await self._gone.wait()


@dataclass(slots=True, eq=False)
class Office:
    """One for all doors of a gateway."""

    settings: SmtpSettings
    domain: str  # ours, lower case
    reception: Reception
    refusals: replies.Refusals
    tls: ssl.SSLContext | None  # for STARTTLS; None offers none
    connections: Connections
    role_mail: RoleMail
    commits: Commits
    memory: MailMemory = field(default_factory=MailMemory)
    guests: Guests = field(default_factory=Guests)
    departures: Departures = field(default_factory=Departures)
    closing: bool = False
