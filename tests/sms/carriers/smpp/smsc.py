"""An SMSC that a test plays by hand: it sees every PDU, and answers what and when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from gateway.sms.carriers.smpp.frames import Frame, Frames, frame
from gateway.sms.carriers.smpp.pdus import Answer
from gateway.sms.carriers.smpp.words import ANSWER, Command
from tests.waiting import eventually

BINDS = {Command.BIND_TRANSMITTER, Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER}


class Connection(asyncio.Protocol):
    """One session of a client."""

    def __init__(self, smsc: "Smsc") -> None:
        self.smsc = smsc
        self.received: list[Frame] = []
        self.transport: asyncio.Transport | None = None
        self.ended = False
        self._frames = Frames()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.smsc.connections.append(self)

    def data_received(self, data: bytes) -> None:
        for each in self._frames.feed(data):
            self.received.append(each)
            self.smsc.react(self, each)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.ended = True

    def of(self, command: Command) -> list[Frame]:
        """What came of a kind."""
        return [each for each in self.received if each.command == command]

    async def got(self, command: Command, count: int = 1) -> list[Frame]:
        """The first ``count`` of a kind, once there are as many."""

        async def enough() -> bool:
            return len(self.of(command)) >= count

        await eventually(enough)
        return self.of(command)[:count]

    def answer(self, request: Frame, status: int = 0, name: str = "") -> None:
        """Answer a request."""
        body = b"" if status else Answer(name).encode()
        self.send(request.command | ANSWER, status, request.sequence, body)

    def send(self, command: int, status: int = 0, sequence: int = 1, body: bytes = b"") -> None:
        """Say anything."""
        self.write(frame(command, status, sequence, body))

    def write(self, octets: bytes) -> None:
        """Say what may be no PDU at all."""
        assert self.transport is not None
        self.transport.write(octets)

    def cut(self) -> None:
        """Pull the plug."""
        assert self.transport is not None
        self.transport.abort()


class Smsc:
    """Binds whoever comes, answers enquire_link and unbind, and leaves the rest to the test."""

    def __init__(self) -> None:
        self.port = 0
        self.connections: list[Connection] = []
        self.bind_status: int | None = 0  # None: no answer at all
        self.on_submit: Callable[[Connection, Frame], None] = lambda _connection, _frame: None
        self.mute: set[int] = set()  # commands that get no answer

    def react(self, connection: Connection, each: Frame) -> None:
        """What it does by itself."""
        if each.command in self.mute:
            return
        if each.command in BINDS and self.bind_status is not None:
            connection.answer(each, self.bind_status, "smsc")
        elif each.command in {Command.ENQUIRE_LINK, Command.UNBIND}:
            connection.send(each.command | ANSWER, 0, each.sequence)
        elif each.command == Command.SUBMIT_SM:
            self.on_submit(connection, each)

    async def connected(self, count: int = 1) -> Connection:
        """The connection of this number, once it is there."""

        async def there() -> bool:
            return len(self.connections) >= count

        await eventually(there)
        return self.connections[count - 1]

    async def bound(self, count: int = 1) -> Connection:
        """The connection of this number, once it has asked to be bound."""
        connection = await self.connected(count)

        async def asked() -> bool:
            return any(each.command in BINDS for each in connection.received)

        await eventually(asked)
        return connection


def takes_all(connection: Connection, each: Frame) -> None:
    """Answer every submit_sm at once; the message_id is its sequence number."""
    connection.answer(each, 0, str(each.sequence))


@asynccontextmanager
async def playing_smsc() -> AsyncIterator[Smsc]:
    """One on a port of its own, gone with the block."""
    smsc = Smsc()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(smsc), "127.0.0.1", 0)
    smsc.port = server.sockets[0].getsockname()[1]
    try:
        yield smsc
    finally:
        for each in smsc.connections:
            each.cut()
        server.close()
        await server.wait_closed()
