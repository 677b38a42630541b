"""A session tells rejected, not sent and unknown apart, whatever its peer does to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.frames import Frame, Frames, frame
from gateway.sms.carriers.smpp.session import Answered, Hooks, NotWritten, Session, Unanswered
from gateway.sms.carriers.smpp.settings import Timing
from gateway.sms.carriers.smpp.words import Command, Status
from tests.sms.carriers.smpp.smsc import Connection, Smsc, playing_smsc, takes_all
from tests.waiting import eventually

CALM = Timing(window=50, enquire_link_s=60, response_s=30)
HASTY = replace(CALM, response_s=0.02)
RESTLESS = replace(CALM, enquire_link_s=0.02)


class Told:
    """What a session said without being asked."""

    def __init__(self) -> None:
        self.delivered: list[Frame] = []
        self.late: list[tuple[object, Answered]] = []
        self.hooks = Hooks(lambda _session, each: self.delivered.append(each), self._late)

    def _late(self, context: object, answer: Answered) -> None:
        self.late.append((context, answer))


@asynccontextmanager
async def session_with(smsc: Smsc, timing: Timing = CALM, told: Told | None = None) -> AsyncIterator[Session]:
    hooks = (told or Told()).hooks
    _, session = await asyncio.get_running_loop().create_connection(
        lambda: Session(timing, {Status.THROTTLED}, hooks), "127.0.0.1", smsc.port
    )
    try:
        yield session
    finally:
        session.end("test")
        await session.closed


async def test_answers_find_their_requests_in_whatever_order_they_come(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        replies = [asyncio.create_task(session.submit(bytes((number,)), 30)) for number in range(20)]
        connection = await smsc.connected()
        for each in reversed(await connection.got(Command.SUBMIT_SM, 20)):
            connection.send(Command.SUBMIT_SM_RESP, 0, each.sequence, each.body)
        assert await asyncio.gather(*replies) == [Answered(0, bytes((number,))) for number in range(20)]


async def test_requests_of_one_turn_leave_in_one_write_and_in_order(smsc: Smsc) -> None:
    smsc.on_submit = takes_all
    async with session_with(smsc) as session:
        await asyncio.gather(*(session.submit(bytes((number,)), 30) for number in range(20)))
        connection = await smsc.connected()
        assert [each.body[0] for each in connection.of(Command.SUBMIT_SM)] == list(range(20))
        assert [each.sequence for each in connection.of(Command.SUBMIT_SM)] == list(range(1, 21))


class Wire(asyncio.Transport):
    """Keeps what is written to it, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = asyncio.Queue[list[Frame]]()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.put_nowait(list(Frames().feed(bytes(data))))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is open."""


async def test_what_is_refilled_one_by_one_leaves_together_while_the_peer_has_most_to_answer_yet() -> None:
    wire, session = Wire(), Session(CALM, {Status.THROTTLED}, Told().hooks)
    session.connection_made(wire)
    submitting = [asyncio.create_task(session.submit(b"", 30)) for _ in range(12)]
    first = await wire.writes.get()
    for answered in first[:2]:
        session.data_received(frame(Command.SUBMIT_SM_RESP, 0, answered.sequence))
        submitting.append(asyncio.create_task(session.submit(b"", 30)))
        await asyncio.sleep(0)  # a turn of the loop
    assert (len(first), len(await wire.writes.get())) == (12, 2)
    session.connection_lost(None)
    await asyncio.gather(*submitting)


async def test_a_status_is_an_answer(smsc: Smsc) -> None:
    smsc.on_submit = lambda connection, each: connection.answer(each, 0x0B)
    async with session_with(smsc) as session:
        assert await session.submit(b"", 30) == Answered(0x0B, b"")


async def test_what_was_written_and_never_answered_is_in_doubt(smsc: Smsc) -> None:
    async with session_with(smsc, HASTY) as session:
        assert await session.submit(b"", 30) == Unanswered("timeout")
        assert session.window.taken == 0


async def test_an_answer_that_comes_late_is_told_with_its_context(smsc: Smsc) -> None:
    told = Told()
    async with session_with(smsc, HASTY, told) as session:
        assert await session.submit(b"", 30, "context") == Unanswered("timeout")
        connection = await smsc.connected()
        connection.answer(connection.of(Command.SUBMIT_SM)[0], 0, "7")
        await _eventually(told.late)
        assert told.late == [("context", Answered(0, b"7\0"))]
        assert session.window.taken == 0


async def test_an_answer_that_nobody_waits_for_any_more_is_told_too(smsc: Smsc) -> None:
    told = Told()
    async with session_with(smsc, CALM, told) as session:
        given_up = asyncio.create_task(session.submit(b"", 30, "context"))
        connection = await smsc.connected()
        (request,) = await connection.got(Command.SUBMIT_SM)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert session.window.taken == 1  # it is still under way
        connection.answer(request, 0, "7")
        await _eventually(told.late)
        assert session.window.taken == 0


async def test_an_answer_to_nothing_is_nothing(smsc: Smsc) -> None:
    smsc.on_submit = takes_all
    async with session_with(smsc) as session:
        connection = await smsc.connected()
        connection.send(Command.SUBMIT_SM_RESP, 0, 4711, b"1\0")
        assert await session.submit(b"", 30) == Answered(0, b"1\0")


@pytest.mark.parametrize(
    ("command", "status", "expected"),
    [
        (Command.GENERIC_NACK, 0x0B, 0x0B),
        (Command.GENERIC_NACK, 0, Status.UNKNOWN_ERROR),
        (Command.ENQUIRE_LINK_RESP, 0, Status.UNKNOWN_ERROR),
    ],
)
async def test_an_answer_of_another_kind_is_never_a_yes(
    smsc: Smsc, command: Command, status: int, expected: int
) -> None:
    smsc.on_submit = lambda connection, each: connection.send(command, status, each.sequence, b"1\0")
    async with session_with(smsc) as session:
        assert await session.submit(b"", 30) == Answered(expected, b"")


async def test_when_the_link_breaks_what_was_written_is_in_doubt_and_what_waits_was_not_sent(smsc: Smsc) -> None:
    async with session_with(smsc, replace(CALM, window=1)) as session:
        written, waiting = (asyncio.create_task(session.submit(b"", 30)) for _ in range(2))
        connection = await smsc.connected()
        await connection.got(Command.SUBMIT_SM)
        connection.cut()
        assert (await written, await waiting) == (Unanswered("link"), NotWritten("window"))
        assert await session.submit(b"", 30) == NotWritten("window")
        assert await session.request(Command.ENQUIRE_LINK) == NotWritten("link")


async def test_what_the_peer_did_not_let_us_write_was_not_sent(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        session.pause_writing()
        kept = asyncio.create_task(session.submit(b"", 30))
        connection = await smsc.connected()
        await asyncio.sleep(0)
        connection.cut()
        assert await kept == NotWritten("link")


async def test_a_peer_that_reads_again_gets_what_was_kept(smsc: Smsc) -> None:
    smsc.on_submit = takes_all
    async with session_with(smsc) as session:
        session.pause_writing()
        kept = asyncio.create_task(session.submit(b"", 30))
        await asyncio.sleep(0)
        session.resume_writing()
        assert await kept == Answered(0, b"1\0")


async def test_a_peer_that_asks_without_end_and_never_reads_is_cut_off(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        connection = await smsc.connected()
        session.pause_writing()
        connection.write(frame(Command.ENQUIRE_LINK, 0, 1) * 50_001)
        assert await session.closed == "deaf"


async def test_throttling_closes_the_window(smsc: Smsc) -> None:
    smsc.on_submit = lambda connection, each: connection.answer(each, Status.THROTTLED)
    async with session_with(smsc) as session:
        assert await session.submit(b"", 30) == Answered(Status.THROTTLED, b"")
        assert (session.window.limit, session.window.taken) == (25, 0)
        assert await session.submit(b"", 0.01) == NotWritten("window")


async def test_numbers_begin_anew_after_the_last(smsc: Smsc) -> None:
    smsc.on_submit = takes_all
    async with session_with(smsc) as session:
        session._sequence = 0x7FFFFFFE
        await session.submit(b"", 30)
        await session.submit(b"", 30)
        connection = await smsc.connected()
        assert [each.sequence for each in connection.of(Command.SUBMIT_SM)] == [0x7FFFFFFF, 1]


async def test_a_silent_peer_is_asked_whether_it_is_there(smsc: Smsc) -> None:
    async with session_with(smsc, RESTLESS) as session:
        connection = await smsc.connected()
        await connection.got(Command.ENQUIRE_LINK, 3)
        assert not session.closed.done()


async def test_a_peer_that_does_not_answer_that_is_given_up(smsc: Smsc) -> None:
    smsc.mute.add(Command.ENQUIRE_LINK)
    async with session_with(smsc, replace(RESTLESS, response_s=0.02)) as session:
        waiting = asyncio.create_task(session.submit(b"", 30))
        assert await session.closed == "silent"
        assert isinstance(await waiting, Unanswered)


async def test_it_answers_what_it_is_asked(smsc: Smsc) -> None:
    async with session_with(smsc):
        connection = await smsc.connected()
        connection.send(Command.ENQUIRE_LINK, 0, 41)
        connection.send(0x0000_0021, 0, 42)  # submit_multi
        connection.send(Command.OUTBIND, 0, 43)
        connection.send(Command.ALERT_NOTIFICATION, 0, 44)
        (nack,) = await connection.got(Command.GENERIC_NACK)
        (alive,) = await connection.got(Command.ENQUIRE_LINK_RESP)
        assert (alive.sequence, nack.sequence, nack.status) == (41, 42, Status.INVALID_COMMAND)


async def test_a_peer_that_says_good_bye_is_answered_and_the_link_ends(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        connection = await smsc.connected()
        connection.send(Command.UNBIND, 0, 9)
        (answer,) = await connection.got(Command.UNBIND_RESP)
        assert (answer.sequence, await session.closed) == (9, "unbound by the carrier")


async def test_an_impossible_length_ends_the_link(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        connection = await smsc.connected()
        connection.write(b"\xff\xff\xff\xff" + frame(Command.DELIVER_SM, 0, 5)[4:])
        (nack,) = await connection.got(Command.GENERIC_NACK)
        assert (nack.status, nack.sequence) == (Status.INVALID_COMMAND_LENGTH, 5)
        assert await session.closed == "unreadable"


async def test_half_a_pdu_and_then_nothing_leaves_what_was_written_in_doubt(smsc: Smsc) -> None:
    async with session_with(smsc) as session:
        waiting = asyncio.create_task(session.submit(b"", 30))
        connection = await smsc.connected()
        (request,) = await connection.got(Command.SUBMIT_SM)
        connection.write(frame(Command.SUBMIT_SM_RESP, 0, request.sequence, b"1234\0")[:-3])
        assert connection.transport is not None
        connection.transport.close()
        assert await waiting == Unanswered("link")


async def test_deliveries_are_told_and_answered_by_whoever_keeps_them(smsc: Smsc) -> None:
    told = Told()
    async with session_with(smsc, CALM, told) as session:
        connection = await smsc.connected()
        connection.send(Command.DELIVER_SM, 0, 5, b"body")
        await _eventually(told.delivered)
        assert connection.of(Command.DELIVER_SM_RESP) == []
        session.answer(told.delivered[0], 0, b"\0")
        assert await connection.got(Command.DELIVER_SM_RESP) == [Frame(Command.DELIVER_SM_RESP, 0, 5, b"\0")]


async def test_the_last_words_are_written_before_the_end(smsc: Smsc) -> None:
    told = Told()
    async with session_with(smsc, CALM, told) as session:
        connection = await smsc.connected()
        connection.send(Command.DELIVER_SM, 0, 5, b"body")
        await _eventually(told.delivered)
        session.answer(told.delivered[0], 0, b"\0")
        session.end("over")
        await connection.got(Command.DELIVER_SM_RESP)
        session.answer(told.delivered[0], 0, b"\0")  # too late: no effect, and no error
        session.hold_reading(held=True)
        assert await session.closed == "over"


async def test_what_was_given_up_long_ago_is_forgotten(smsc: Smsc) -> None:
    told = Told()
    async with session_with(smsc, replace(HASTY, window=10_001), told) as session:
        await asyncio.gather(*(session.submit(b"", 30, number) for number in range(10_001)))
        connection = await smsc.connected()
        for each in connection.of(Command.SUBMIT_SM)[:2]:
            connection.answer(each, 0, "7")
        await _eventually(told.late)
        assert [context for context, _ in told.late] == [1]


@given(st.lists(st.binary(max_size=60), max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_peer_sends_every_request_gets_its_reply(pieces: list[bytes]) -> None:
    async def play() -> None:
        def babble(connection: Connection, each: Frame) -> None:
            for piece in pieces:
                connection.write(piece)
            connection.write(frame(Command.SUBMIT_SM_RESP, 0, each.sequence, b"1\0"))
            connection.cut()

        async with playing_smsc() as smsc:
            smsc.on_submit = babble
            async with session_with(smsc) as session:
                assert isinstance(await session.submit(b"", 30), (Answered, Unanswered))

    asyncio.run(play())


async def _eventually(things: list[Frame] | list[tuple[object, Answered]]) -> None:
    async def there() -> bool:
        return bool(things)

    await eventually(there)
