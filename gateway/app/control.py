"""The control socket: how commands reach the running service, which alone may write to an SQLite file.

One JSON object a line: ``{"command": …, "arguments": {…}}`` is answered by ``{"result": …}`` or ``{"error": {"text": …,
"cure": …, "reason": …}}``. The guard is the file's mode, 0600, and on Linux the kernel's word on who is calling.
"""

import asyncio
import contextlib
import json
import logging
import os
import pwd
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Any

from gateway.accounts.refusals import Refused
from gateway.app.asking import LINE_BYTES, socket_address, socket_path
from gateway.app.catalogue import billing_rules
from gateway.app.commands import Occasion, change_named, run
from gateway.app.plain import plain
from gateway.engine.database import Engine
from gateway.engine.faults import told
from gateway.engine.writer import StorageUnavailable
from gateway.settings import Settings
from gateway.sms.policy import Rules

log = logging.getLogger(__name__)

IDLE_S = 10.0  # a caller that says nothing for so long is gone
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: struct ucred, unix(7)


@contextlib.asynccontextmanager
async def listening(engine: Engine, settings: Settings, rules: Rules) -> AsyncIterator[None]:
    """Answer commands until left. The caller holds the database's lock, so a socket found here is a dead one."""
    path = socket_path(settings.data_dir)
    path.unlink(missing_ok=True)
    desk = _Desk(engine, settings, rules)
    with socket_address(path) as address:
        server = await asyncio.start_unix_server(desk.answer, sock=_bound(address), limit=LINE_BYTES)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        server.close()
        await desk.close()


class _Desk:
    """Answers the callers of one service."""

    def __init__(self, engine: Engine, settings: Settings, rules: Rules) -> None:
        self._engine = engine
        self._settings = settings
        self._rules = rules
        self._billing = billing_rules(settings)
        self._callers: dict[asyncio.StreamReader, asyncio.Event] = {}  # and whether it has left

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one caller until it leaves, says nothing more, or says too much."""
        left = self._callers[reader] = asyncio.Event()
        with contextlib.suppress(OSError, TimeoutError, ValueError):  # ValueError: a line that is too long
            await self._serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        del self._callers[reader]
        left.set()

    async def close(self) -> None:
        """Finish the commands under way and hear no more."""
        callers = dict(self._callers)
        for reader in callers:
            reader.feed_eof()
        await asyncio.gather(*(left.wait() for left in callers.values()))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        actor = _caller(writer)
        while line := await asyncio.wait_for(reader.readline(), IDLE_S):
            writer.write(json.dumps(await self._reply(line, actor)).encode() + b"\n")
            await asyncio.wait_for(writer.drain(), IDLE_S)

    async def _reply(self, line: bytes, actor: str | None) -> dict[str, Any]:
        try:
            return {"result": await self._do(line, actor)}
        except Refused as refused:
            return _error(refused)
        except StorageUnavailable:
            return _error(Refused("The database did not take it.", "See the service's log, then try again."))
        except Exception as error:  # noqa: BLE001 - one command that breaks must not end the service
            log.error("a command failed: %s", told(error))
            return _error(Refused(f"The service failed at it ({type(error).__name__}).", "Its log says more."))

    async def _do(self, line: bytes, actor: str | None) -> Any:
        if actor is None:
            raise Refused("You may not command this service.", "Become the user that it runs as.")
        command, arguments = _parsed(line)
        change = change_named(command)
        occasion = Occasion(self._engine.stamp(), actor, self._settings, self._rules, self._billing)
        return plain(
            await self._engine.write(
                lambda connection: run(change.function, connection, occasion, arguments), wakes=change.wakes
            )
        )


def user_name(uid: int) -> str:
    """The login of a user of this machine, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _parsed(line: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        match json.loads(line):
            case {"command": str(command), "arguments": dict(arguments)}:
                return command, arguments
    except (ValueError, RecursionError):
        pass
    raise Refused("This is no command.", 'A line of JSON is expected: {"command": …, "arguments": {…}}.')


def _caller(writer: asyncio.StreamWriter) -> str | None:
    """Who calls, by the kernel's word; None for a user who is neither ours nor root."""
    if not hasattr(socket, "SO_PEERCRED"):  # not Linux: the file's mode is the guard
        return user_name(os.geteuid())
    connection = writer.get_extra_info("socket")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(credentials)
    return user_name(uid) if uid in {0, os.geteuid()} else None


def _error(refused: Refused) -> dict[str, Any]:
    return {"error": {"text": refused.text, "cure": refused.cure, "reason": refused.reason}}


def _bound(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    os.fchmod(listener.fileno(), 0o600)  # before it has a name, so that there is no moment at which others may call
    listener.bind(address)
    return listener
