"""The doors of the gateway: opens them, serves who comes, and closes them without losing a mail."""

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import Settings, SmtpSettings, TlsSettings
from gateway.smtp.limits import Connections, RoleMail
from gateway.smtp.lmtp import LmtpSession
from gateway.smtp.office import Commits, Office
from gateway.smtp.protocol import SmtpSession
from gateway.smtp.reception import Reception
from gateway.smtp.replies import Refusals
from gateway.smtp.tls_door import TlsDoor
from gateway.wording import Language
from plans.words import Reason

BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Doors:
    """The bound sockets, by what is spoken at them."""

    smtp: tuple[socket.socket, ...] = ()
    submissions: tuple[socket.socket, ...] = ()  # TLS from the first byte; needs a TLS context
    lmtp: tuple[socket.socket, ...] = ()


class Listener:
    """Open doors; from ``serve_smtp``."""

    def __init__(self, office: Office, servers: Sequence[asyncio.Server | TlsDoor]) -> None:
        self._office = office
        self._servers = servers

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109 - a grace for others, not for this call alone
        """Close the doors, send idle clients away (421), let mails under way be stored and answered.

        After ``timeout`` seconds the lines are cut. True when all sessions had ended by then. In either case no
        mail that was answered 250 is lost; one that was being stored is stored, answered or not.
        """
        self._office.closing = True
        for server in self._servers:
            server.close()
        self._office.guests.dismiss()
        try:
            await asyncio.wait_for(self._office.guests.all_gone(), timeout)
        except TimeoutError:
            self._office.guests.abort()
            return False
        finally:
            await self._office.commits.finish()
        return True


async def serve_smtp(
    settings: Settings,
    reception: Reception,
    explain: Callable[[Reason, Language], str],
    doors: Doors,
    tls: ssl.SSLContext | None = None,
) -> Listener:
    """Serve the ``doors`` until the listener is drained.

    ``explain`` words a reason and its cure in one line of ASCII. ``tls`` is for STARTTLS and for implicit TLS.
    """
    office = Office(
        settings=settings.smtp,
        domain=settings.domain.lower(),
        reception=reception,
        refusals=Refusals(explain),
        tls=tls,
        connections=Connections(settings.smtp.max_connections, settings.smtp.max_connections_per_network),
        role_mail=RoleMail(settings.smtp.max_role_mails_per_hour, settings.smtp.max_role_mails_per_network),
        commits=Commits(reception),
    )
    if doors.submissions and tls is None:
        raise ValueError("the submissions door needs a TLS certificate")
    servers = [await _open(office, SmtpSession, door) for door in doors.smtp]
    servers += [await _open(office, LmtpSession, door) for door in doors.lmtp]
    under_tls = [TlsDoor(office, SmtpSession, door, tls) for door in doors.submissions if tls is not None]
    for each in under_tls:
        each.open(BACKLOG)
    return Listener(office, [*servers, *under_tls])


async def _open(office: Office, session: type[SmtpSession], door: socket.socket) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if door.family == socket.AF_UNIX:
        return await loop.create_unix_server(lambda: session(office), sock=door, backlog=BACKLOG)
    return await loop.create_server(lambda: session(office), sock=door, backlog=BACKLOG)


def bind_doors(settings: SmtpSettings) -> Doors:
    """Bind the addresses that the settings name; ``OSError`` where one is taken."""
    with contextlib.ExitStack() as bound:
        ports = (
            () if port is None else (bound.enter_context(_bind(settings.host, port)),)
            for port in (settings.port, settings.submissions_port, settings.lmtp_port)
        )
        smtp, submissions, lmtp = ports
        if settings.lmtp_socket:
            lmtp = (*lmtp, bound.enter_context(_bind_unix(settings.lmtp_socket)))
        bound.pop_all()
        return Doors(smtp, submissions, lmtp)


def server_tls(settings: TlsSettings) -> ssl.SSLContext:
    """The TLS context of the configured certificate; ``OSError`` says which file cannot be read, or is none."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for each in (settings.certificate, settings.key):
        each.open("rb").close()  # or the error would not say which it is
    try:
        context.load_cert_chain(settings.certificate, settings.key, password="")  # or it would ask at the terminal
    except ssl.SSLError as error:
        strange = error.reason == "KEY_VALUES_MISMATCH"
        why = "is not the key of this certificate" if strange else "no certificate and key in PEM without a passphrase"
        raise OSError(errno.EINVAL, why, f"{settings.key} with {settings.certificate}") from error
    return context


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, or asyncio would not know that it is TCP and leave small replies waiting (Nagle).
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
    return door


def _bind_unix(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by a run that was killed
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o117)  # owner and group only, from the first moment
    try:
        door.bind(str(path))
    except OSError as error:
        door.close()
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None  # it names no file
    finally:
        os.umask(mask)
    return door
