"""A door with TLS from the first byte (RFC 8314): who shakes hands there holds a place like everybody else.

A server of the event loop would call the session only after the handshake, and clients that connect and say nothing
would escape the limits. So connections are accepted here.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl

from gateway.smtp.connection import Connection
from gateway.smtp.entrance import TLS_HANDSHAKE_S
from gateway.smtp.limits import address_of
from gateway.smtp.office import Office

#: So many clients are let in before those that are in have their turn.
TURN = 64
#: How long to wait for others to go when the machine has no room for one more connection.
FULL_PAUSE_S = 0.5
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

log = logging.getLogger(__name__)


class TlsDoor:
    """Lets clients in one by one, and only as many as the limits allow, until it is closed."""

    def __init__(self, office: Office, session: type[Connection], door: socket.socket, tls: ssl.SSLContext) -> None:
        """Open the bound socket ``door``."""
        self._office = office
        self._session = session
        self._door = door
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None

    def open(self, backlog: int) -> None:
        """Let in who comes; ``backlog`` may wait before the door."""
        self._door.setblocking(False)
        self._door.listen(backlog)
        self._watch()

    def close(self) -> None:
        """Let nobody in any more; who is in stays in."""
        if self._pause is not None:
            self._pause.cancel()
        if self._door.fileno() >= 0:  # it is not closed yet
            self._loop.remove_reader(self._door)
            self._door.close()

    def receive(self, line: socket.socket, host: str) -> None:
        """Shake hands with a client from the address ``host``, if there is a place for it."""
        session = self._session(self._office)
        if not session.place.take(address_of(host)):
            line.close()  # without a word: under TLS nothing can be said before the work that is to be spared
            return
        line.setblocking(False)
        self._office.guests.arrive(Handshake(self._office, session, line, self._tls))

    def _watch(self) -> None:
        self._loop.add_reader(self._door, self._accept)

    def _accept(self) -> None:
        for _ in range(TURN):
            try:
                line, peer = self._door.accept()
            except OSError as error:
                if error.errno in _NO_ROOM:
                    self._rest(error)
                return  # nobody is waiting, or somebody has gone again
            self.receive(line, peer[0])

    def _rest(self, error: OSError) -> None:  # or the loop would run in vain until somebody goes
        log.warning("no connection can be taken for %s s: %s", FULL_PAUSE_S, error.strerror)
        self._loop.remove_reader(self._door)
        self._pause = self._loop.call_later(FULL_PAUSE_S, self._watch)


class Handshake:
    """A client that has connected and is no session yet."""

    def __init__(self, office: Office, session: Connection, line: socket.socket, tls: ssl.SSLContext) -> None:
        """Begin it, within the time that a command may take."""
        self._office = office
        self._session = session
        self._line = line
        self._task = asyncio.create_task(self._shake_hands(tls))
        self._task.add_done_callback(self._end)

    def dismiss(self) -> None:
        """Hang up: nothing was said yet."""
        self._task.cancel()

    abort = dismiss

    async def _shake_hands(self, tls: ssl.SSLContext) -> None:
        patience = min(TLS_HANDSHAKE_S, self._office.settings.command_timeout_s)
        with contextlib.suppress(OSError):  # refused by TLS, out of time, or gone
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._session, self._line, ssl=tls, ssl_handshake_timeout=patience
            )

    def _end(self, _: "asyncio.Task[None]") -> None:
        if self._session.transport is None:  # else the session has begun, and the place is its own
            self._session.place.give_back()
            self._line.close()  # what was cancelled before it began has left it open
        self._office.guests.depart(self)
