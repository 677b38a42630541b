"""How a client makes itself known: hello, TLS and login (RFC 5321, 3207, 4954)."""

import ssl
from abc import abstractmethod
from typing import ClassVar

from gateway.engine.writer import StorageUnavailable
from gateway.smtp import credentials, replies
from gateway.smtp.connection import Connection
from gateway.smtp.credentials import Credentials
from gateway.smtp.errand import EndOfInput, Errand
from gateway.smtp.input_buffer import Unread
from gateway.smtp.office import Office
from gateway.smtp.reception import Dialect, Peer, Proof, SessionFacts

MOST_LOGINS = 3
TLS_HANDSHAKE_S = 30.0
HELO_LENGTH = 255  # RFC 5321, 4.5.3.1.2


class Entrance(Connection):
    """A client that says who it is."""

    __slots__ = ("_failed_logins", "_helo", "_known", "_proof")

    dialect: ClassVar[Dialect]

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._helo = ""
        self._proof: Proof | None = None
        self._failed_logins = 0
        self._known: SessionFacts | None = None  # until a hello, a login or TLS makes it old

    @abstractmethod
    def _in_mail(self) -> bool:
        """Whether a mail is under way."""

    @abstractmethod
    def _drop_mail(self) -> None:
        """Forget the mail under way, if any."""

    def _facts(self) -> SessionFacts:
        if self._known is None:
            self._known = SessionFacts(self._peer(), self._proof, self.dialect, self._helo)
        return self._known

    def _peer(self) -> Peer:
        return Peer(self._address, self._encrypted())

    # -- hello

    def hello(self, argument: str) -> bytes:
        """HELO: the plain old way."""
        return self._greet_back(argument, ())

    def extended_hello(self, argument: str) -> bytes:
        """EHLO or LHLO, which asks what is offered."""
        return self._greet_back(argument, self._extensions())

    def _greet_back(self, name: str, offered: tuple[str, ...]) -> bytes:
        if not name:
            return self._object(replies.ARGUMENT_MISSING)
        self._helo, self._known = name[:HELO_LENGTH], None
        self._drop_mail()
        return replies.extensions(self._office.domain, offered)

    def _extensions(self) -> tuple[str, ...]:
        settings = self._office.settings
        return (
            "PIPELINING",
            f"SIZE {settings.max_mail_bytes}",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            *(("STARTTLS",) if self._may_upgrade() else ()),
            *(("AUTH PLAIN LOGIN",) if self._may_log_in() else ()),
            f"LIMITS RCPTMAX={settings.max_recipients}",
        )

    def _may_upgrade(self) -> bool:
        return self._office.tls is not None and not self._encrypted()

    def _may_log_in(self) -> bool:
        # In clear only where nobody can listen.
        return self._encrypted() or (self._address is not None and self._address.is_loopback)

    # -- TLS and login

    def start_tls(self, argument: str) -> bytes | Errand:
        """STARTTLS."""
        if argument:
            return self._object(replies.ARGUMENT_UNWANTED)
        if self._encrypted():
            return self._object(replies.TLS_TWICE)
        if self._office.tls is None:
            return self._object(replies.TLS_NOT_OFFERED)
        # Nothing that was said in clear counts any more.
        self._helo, self._proof, self._known = "", None, None
        self._drop_mail()
        return Errand(self._upgrade(self._office.tls))

    async def _upgrade(self, tls: ssl.SSLContext) -> bytes:
        """Go on under TLS (RFC 3207)."""
        self._say(replies.READY_FOR_TLS)
        # A command sent ahead in clear would be taken for one said under TLS: it may be an attacker's.
        self._input.clear()
        try:
            self.transport = await self.loop.start_tls(
                self.transport,  # type: ignore[arg-type]  # it is a stream's: aiosmtpd says less
                self,
                tls,
                server_side=True,
                ssl_handshake_timeout=min(TLS_HANDSHAKE_S, self._office.settings.command_timeout_s),
            )
        except Exception as error:
            # The event loop does not always tell of a connection that is lost during the handshake.
            self.connection_lost(None)
            raise EndOfInput from error
        return b""

    def log_in(self, argument: str) -> bytes | Errand:
        """AUTH; the name of the mechanism may be in any case."""
        mechanism, _, first = argument.partition(" ")
        objection = self._against_login(mechanism.upper())
        return self._object(objection) if objection else Errand(self._log_in(mechanism.upper(), first.strip()))

    async def _log_in(self, mechanism: str, first: str) -> bytes:
        ask = self._ask_plain if mechanism == "PLAIN" else self._ask_login
        given = await ask(first)
        return self._object(given) if isinstance(given, bytes) else await self._prove(given)

    def _against_login(self, mechanism: str) -> bytes | None:
        if not self._helo:
            return replies.SAY_HELLO_FIRST
        if not self._may_log_in():
            return replies.LOGIN_IN_CLEAR
        if self._proof is not None:
            return replies.LOGIN_TWICE
        if self._in_mail():
            return replies.LOGIN_DURING_MAIL
        return None if mechanism in {"PLAIN", "LOGIN"} else replies.MECHANISM_UNKNOWN

    async def _ask_plain(self, first: str) -> Credentials | bytes:
        message = await self._secret(first, "")
        if isinstance(message, bytes):
            return message
        return credentials.plain(message) or replies.LOGIN_MALFORMED

    async def _ask_login(self, first: str) -> Credentials | bytes:
        login = await self._secret(first, "Username:")
        if isinstance(login, bytes):
            return login
        password = await self._secret("", "Password:")
        return password if isinstance(password, bytes) else Credentials(login, password)

    async def _secret(self, given: str, challenge: str) -> str | bytes:
        """What the client answers to ``challenge``, unless it was ``given`` at once; or the reply that refuses it."""
        answer: bytes | Unread = given.encode()
        if not given:
            self._say(credentials.challenge(challenge))
            answer = await self._next_line()
        if isinstance(answer, Unread):
            return replies.COMMAND_TOO_LONG
        if answer.strip() == b"*":
            return replies.LOGIN_ABORTED
        secret = credentials.decode(answer.strip())
        return replies.LOGIN_MALFORMED if secret is None else secret

    async def _prove(self, given: Credentials) -> bytes:
        try:
            self._proof = await self._office.reception.authenticate(given.login, given.password, self._peer())
        except StorageUnavailable:
            return replies.LOGIN_UNAVAILABLE
        self._known = None
        if self._proof is not None:
            return replies.LOGGED_IN
        self._failed_logins += 1
        return replies.LOGIN_WRONG if self._failed_logins < MOST_LOGINS else self._leave(replies.TOO_MANY_LOGINS)
