"""Telling a peer at once that what it sent has come."""

import contextlib
import socket

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux


def acknowledge_now(connection: socket.socket) -> None:
    """Acknowledge what came, where the system knows how (tcp(7), TCP_QUICKACK; it does so once).

    Many an SMSC writes its small answers under Nagle's algorithm: the second and all others wait until the first is
    acknowledged, which is put off by up to 40 ms where we have nothing to send meanwhile.
    """
    if _QUICKACK is not None:
        with contextlib.suppress(OSError):  # closed meanwhile
            connection.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
