"""The port through which the listener asks who may write to whom, and hands over what it took."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, Protocol

from gateway.smtp.addresses import RecipientAddress
from gateway.wording import Language
from plans.words import MessageClass, Reason


class Dialect(StrEnum):
    """Which protocol a mail came in by."""

    SMTP = "smtp"
    LMTP = "lmtp"  # from a trusted front, which has proven the sender


@dataclass(frozen=True, slots=True)
class Peer:
    """The machine at the other end of a connection."""

    address: IPv4Address | IPv6Address | None  # None: a Unix socket, guarded by file permissions
    encrypted: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A login that was proven by its password (RFC 4954)."""

    account_id: int
    login: str


class Asker(NamedTuple):
    """Who names recipients: sessions of equal askers are given equal answers."""

    account_id: int | None  # proven by a login
    peer_address: str
    vouched: bool  # by a trusted front


@dataclass(frozen=True)
class SessionFacts:
    """What is known of a session when it names a recipient."""

    peer: Peer
    proof: Proof | None
    dialect: Dialect
    helo: str  # as the peer calls itself, unproven

    @cached_property
    def asker(self) -> Asker:
        """The part of it that answers depend on."""
        account_id = self.proof.account_id if self.proof else None
        return Asker(account_id, str(self.peer.address or ""), self.dialect is Dialect.LMTP)


class Admitted(NamedTuple):
    """A recipient that was promised: its mail will be taken."""

    recipient: RecipientAddress
    account_id: int
    sender_id: int | None  # None for a role address, which anyone may write to
    e164: str | None  # None for a role address
    message_class: MessageClass | None  # None for a role address
    author_to_confirm: bool = False  # proven by its IP address alone: the From header has to be registered too


class Refusal(NamedTuple):
    """A recipient that was refused."""

    reason: Reason
    language: Language = Language.EN  # of the account that asked, where it is known


class Envelope(NamedTuple):
    """A mail as it was handed over, apart from its bytes."""

    session: SessionFacts
    mail_from: str  # without brackets; empty for the null sender
    recipients: tuple[Admitted, ...]
    smtp_utf8: bool


class Reception(Protocol):
    """Decides about accounts, senders and recipients, and keeps what is accepted.

    What is asked for every mail is answered by a future rather than a coroutine, which would need a task.
    """

    def expect_more(self) -> None:
        """A client is at work: a mail may be on its way."""

    async def authenticate(self, login: str, password: str, peer: Peer) -> Proof | None:
        """Check a login; None when it is unknown, wrong or revoked, without telling which."""
        ...

    def admit(
        self, session: SessionFacts, mail_from: str, recipient: RecipientAddress, already: Sequence[Admitted]
    ) -> Admitted | Refusal | Awaitable[Admitted | Refusal]:
        """Decide on one recipient, given those that the same mail was ``already`` promised."""
        ...

    async def confirm(self, envelope: Envelope, author: str | None) -> Sequence[Reason | None]:
        """Judge the From header: one verdict per recipient of the envelope, None where all is well.

        Asked only when a recipient has ``author_to_confirm`` and the author is not the sender of the envelope, who
        was judged already. ``author`` is the one address of the one From header; None where there is not exactly
        one, which proves nobody.
        """
        ...

    def store(self, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
        """Put the mail on disk for good and answer with its id.

        Fails with the engine's ``StorageUnavailable`` or ``StorageFull``: the sender should then try again.
        ``raw`` is the mail as it was sent, lines ended by CRLF, dots unstuffed.
        """
        ...
