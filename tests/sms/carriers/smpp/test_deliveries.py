"""Nothing is acknowledged to the carrier before it is kept."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.sms.carriers.smpp.deliveries import Deliveries
from gateway.sms.carriers.smpp.frames import Frames
from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.session import Answered, Hooks, Session
from gateway.sms.carriers.smpp.settings import Timing
from gateway.sms.carriers.smpp.words import Command, Status
from tests.sms.carriers.smpp import peer_codec
from tests.sms.carriers.smpp.smsc import Connection, Smsc

A_DELIVERY = ShortMessage(Address(1, 1, "33639981234"), Address(3, 0, "36000"), b"OUI")


class Shelf:
    """Keeps what is delivered, when it may."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.failures = 0

    async def keep(self, messages: Sequence[ShortMessage]) -> None:
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        self.batches.append([each.content for each in messages])


@asynccontextmanager
async def delivering(smsc: Smsc, shelf: Shelf) -> AsyncIterator[tuple[Connection, Deliveries]]:
    deliveries = Deliveries(shelf.keep)

    def late(_context: object, _answer: Answered) -> None:
        raise AssertionError

    _, session = await asyncio.get_running_loop().create_connection(
        lambda: Session(Timing(), set(), Hooks(deliveries.take, late)), "127.0.0.1", smsc.port
    )
    try:
        yield await smsc.connected(), deliveries
    finally:
        session.end("test")
        await session.closed
        await deliveries.finish()


async def test_a_delivery_is_answered_when_it_is_kept_and_not_before(smsc: Smsc) -> None:
    shelf = Shelf()
    shelf.open.clear()
    async with delivering(smsc, shelf) as (connection, _):
        connection.send(Command.DELIVER_SM, 0, 5, A_DELIVERY.encode())
        connection.send(Command.ENQUIRE_LINK, 0, 6)
        await connection.got(Command.ENQUIRE_LINK_RESP)
        assert connection.of(Command.DELIVER_SM_RESP) == []
        shelf.open.set()
        (answer,) = await connection.got(Command.DELIVER_SM_RESP)
        assert (answer.status, answer.sequence, answer.body) == (0, 5, b"\0")
        assert shelf.batches == [[b"OUI"]]


async def test_what_could_not_be_kept_is_to_come_again(smsc: Smsc) -> None:
    shelf = Shelf()
    shelf.failures = 1
    async with delivering(smsc, shelf) as (connection, _):
        connection.send(Command.DELIVER_SM, 0, 5, A_DELIVERY.encode())
        (answer,) = await connection.got(Command.DELIVER_SM_RESP)
        assert answer.status == Status.TEMPORARY_APPLICATION_ERROR
        connection.send(Command.DELIVER_SM, 0, 6, A_DELIVERY.encode())
        assert [each.status for each in await connection.got(Command.DELIVER_SM_RESP, 2)] == [0x64, 0]


async def test_what_comes_meanwhile_is_kept_together(smsc: Smsc) -> None:
    shelf = Shelf()
    shelf.open.clear()
    async with delivering(smsc, shelf) as (connection, _):
        for sequence in range(1, 1_501):
            connection.send(Command.DELIVER_SM, 0, sequence, A_DELIVERY.encode())
        await asyncio.sleep(0)
        shelf.open.set()
        answers = await connection.got(Command.DELIVER_SM_RESP, 1_500)
        assert {each.sequence for each in answers} == set(range(1, 1_501))
        assert len(shelf.batches) < 1_500


async def test_a_data_sm_is_a_delivery_too(smsc: Smsc) -> None:
    shelf = Shelf()
    (data,) = Frames().feed(peer_codec.written("data_sm", source_addr="33639981234", message_payload=b"long"))
    async with delivering(smsc, shelf) as (connection, _):
        connection.send(Command.DATA_SM, 0, 5, data.body)
        (answer,) = await connection.got(Command.DATA_SM_RESP)
        assert (answer.status, shelf.batches) == (0, [[b"long"]])


async def test_what_cannot_be_read_is_answered_with_what_is_wrong_and_the_link_goes_on(smsc: Smsc) -> None:
    shelf = Shelf()
    async with delivering(smsc, shelf) as (connection, _):
        connection.send(Command.DELIVER_SM, 0, 5, b"nonsense")
        connection.send(Command.DELIVER_SM, 0, 6, A_DELIVERY.encode() + b"\x04")
        connection.send(Command.DELIVER_SM, 0, 7, A_DELIVERY.encode())
        answers = await connection.got(Command.DELIVER_SM_RESP, 3)
        assert [(each.sequence, each.status) for each in answers] == [
            (5, Status.INVALID_MESSAGE_LENGTH),
            (6, Status.INVALID_OPTIONAL_PART),
            (7, 0),
        ]


async def test_finishing_waits_for_what_came(smsc: Smsc) -> None:
    shelf = Shelf()
    shelf.open.clear()
    async with delivering(smsc, shelf) as (connection, deliveries):
        await deliveries.finish()
        connection.send(Command.DELIVER_SM, 0, 5, A_DELIVERY.encode())
        connection.send(Command.ENQUIRE_LINK, 0, 6)
        await connection.got(Command.ENQUIRE_LINK_RESP)
        finishing = asyncio.create_task(deliveries.finish())
        await asyncio.sleep(0)
        assert not finishing.done()
        shelf.open.set()
        await finishing
        await connection.got(Command.DELIVER_SM_RESP)
