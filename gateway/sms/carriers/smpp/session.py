"""One connection to a carrier: requests and their answers, in whatever order, and what the carrier delivers."""

import asyncio
import math
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple, cast

from gateway.sms.carriers.smpp.acknowledging import acknowledge_now
from gateway.sms.carriers.smpp.fields import Malformed
from gateway.sms.carriers.smpp.frames import Frame, Frames, frame
from gateway.sms.carriers.smpp.settings import Timing
from gateway.sms.carriers.smpp.window import Window
from gateway.sms.carriers.smpp.words import ANSWER, Command, Status

#: Why a submit_sm was not written when no place in the window came free in time.
NO_ROOM = "window"

_LAST_SEQUENCE = 0x7FFFFFFF  # 5.1.4

#: So many requests that were given up are still listened for.
_REMEMBERED = 10_000

#: A peer that makes us say so much and reads none of it is cut off.
_DEAF = 50_000

#: What is to be written waits for the end of the turn, or for so many turns while the peer has most of the requests to
#: answer yet: many small writes cost both sides more than a few large ones.
_TURNS = 4

#: How long the last octets may take to leave before the connection is cut.
_FAREWELL_S = 2.0

_DELIVERIES = {Command.DELIVER_SM, Command.DATA_SM}

#: What has no answer (4.1.7, 4.12.1).
_UNANSWERABLE = {Command.OUTBIND, Command.ALERT_NOTIFICATION}


class Answered(NamedTuple):
    """The carrier answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The request never left this machine."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The request was written and no answer came: nobody can know what became of it."""

    why: str


Reply = Answered | NotWritten | Unanswered


class Hooks(NamedTuple):
    """Who is told what comes without being waited for."""

    delivered: Callable[["Session", Frame], None]  # a deliver_sm or data_sm, which they answer
    late: Callable[[object, Answered], None]  # the answer to a submit_sm that was given up, with its context


class _Pending(NamedTuple):
    command: int
    reply: "asyncio.Future[Reply]"
    due: float
    place: int  # in the window; 0 for what needs none
    context: object


class Session(asyncio.Protocol):
    """Speaks SMPP over one connection.

    Requests of one turn of the loop leave in one write. Whatever the peer sends, nothing is raised: what cannot be
    read is answered with generic_nack, and after an impossible length the connection ends.
    """

    def __init__(self, timing: Timing, throttling: Collection[int], hooks: Hooks) -> None:
        """``throttling``: the values of command_status that close the window for a moment."""
        self._loop = asyncio.get_running_loop()
        self._timing = timing
        self._throttling = throttling
        self._hooks = hooks
        self.window = Window(timing.window, timing.rate_per_s, timing.throttled_s)
        self.closed: asyncio.Future[str] = self._loop.create_future()  # why
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._sequence = 0
        self._pending: dict[int, _Pending] = {}  # in the order of their due times
        self._given_up: dict[int, _Pending] = {}
        self._outbox: list[bytes] = []
        self._unwritten: list[int] = []
        self._turns = 0  # of the loop until what waits is written at the latest
        self._heard = False  # something came in this turn
        self._held = False  # the peer does not read what was written
        self._heard_at = self._loop.time()
        self._ended = False
        self._retiring = ""
        self._why = "closed by the carrier"
        self._expiry: asyncio.TimerHandle | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def is_open(self) -> bool:
        """Whether messages may be submitted."""
        return not (self._ended or self._retiring)

    async def submit(self, body: bytes, patience_s: float, context: object = None) -> Reply:
        """Send a submit_sm when there is room in the window, and wait for its answer.

        ``patience_s``: for room in the window. ``context``: told again where the answer comes late.
        """
        place = self.window.take_at_once() or await self.window.take(patience_s)
        if place is None:
            return NotWritten(NO_ROOM)
        return await self._ask(Command.SUBMIT_SM, body, self._due(), place, context)

    async def bind(self, command: Command, body: bytes) -> Reply:
        """Introduce ourselves, and wait for the answer as long as the caller has patience."""
        return await self._ask(command, body, math.inf)

    async def request(self, command: Command, body: bytes = b"") -> Reply:
        """Send any other request, and wait for its answer."""
        return await self._ask(command, body, self._due())

    def answer(self, request: Frame, status: int, body: bytes = b"") -> None:
        """Answer what was delivered; without effect where the connection has ended."""
        self._send(frame(request.command | ANSWER, status, request.sequence, body))

    def hold_reading(self, *, held: bool) -> None:
        """Let the peer wait with what it has to say, or go on."""
        if self._transport and not self._transport.is_closing():
            (self._transport.pause_reading if held else self._transport.resume_reading)()

    async def unbind(self) -> None:
        """Say good-bye and end."""
        await self.request(Command.UNBIND)
        self.end("unbound")

    def retire(self, why: str) -> None:
        """Submit nothing more, and end when the answers that are due have come."""
        self._retiring = why
        self.window.close()
        if not self.window.taken:
            self.end(why)

    def end(self, why: str) -> None:
        """Submit nothing more, write what is waiting, and close the connection."""
        if not self._ended:
            self._ended = True
            self._why = why
            self.window.close()
            self._flush()
            if self._transport:
                self._transport.close()
                self._timers.append(self._loop.call_later(_FAREWELL_S, self._transport.abort))

    def _cut(self, why: str) -> None:
        """End at once, with whatever the peer has not read."""
        self.end(why)
        if self._transport:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # so it is for a stream, though uvloop does not inherit it
        self._socket = transport.get_extra_info("socket")
        self._next_beat()

    def data_received(self, data: bytes) -> None:
        """Take in what came, whole PDUs at a time."""
        self._heard_at = self._loop.time()
        self._heard = True
        try:
            for each in self._frames.feed(data):
                self._take(each)
        except Malformed as error:
            self._send(frame(Command.GENERIC_NACK, error.status, error.sequence))
            self.end("unreadable")
        self._begin_turn()  # which ends behind those who were just told of an answer: they may have more to say

    def pause_writing(self) -> None:
        """Keep what is to be written: what stays here was surely not sent."""
        self._held = True

    def resume_writing(self) -> None:
        """Go on."""
        self._held = False
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits: what was written is in doubt, the rest was not sent."""
        if exc and not self._ended:
            self._why = type(exc).__name__
        self._ended = True
        self.window.close()
        for timer in (*self._timers, self._expiry):
            if timer:
                timer.cancel()
        unwritten = set(self._unwritten)
        for sequence, pending in list(self._pending.items()):
            self._settle(pending, NotWritten("link") if sequence in unwritten else Unanswered("link"))
        self._pending.clear()
        self.closed.set_result(self._why)

    # requests

    def _due(self) -> float:
        return self._loop.time() + self._timing.response_s

    def _ask(
        self, command: Command, body: bytes, due: float, place: int = 0, context: object = None
    ) -> "asyncio.Future[Reply]":
        reply: asyncio.Future[Reply] = self._loop.create_future()
        pending = _Pending(command, reply, due, place, context)
        if self._ended:
            self._settle(pending, NotWritten("link"))
            return reply
        self._sequence = self._sequence + 1 if self._sequence < _LAST_SEQUENCE else 1
        self._pending[self._sequence] = pending
        self._unwritten.append(self._sequence)
        self._send(frame(command, Status.OK, self._sequence, body))
        if not self._expiry and due < math.inf:
            self._expiry = self._loop.call_at(pending.due, self._expire)
        return reply

    def _send(self, octets: bytes) -> None:
        self._outbox.append(octets)
        self._begin_turn()
        if len(self._outbox) > _DEAF:
            self._cut("deaf")

    def _begin_turn(self) -> None:
        if not self._turns:
            self._turns = _TURNS
            self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        """Write what is waiting, which acknowledges what came, too."""
        self._turns -= 1
        if self._turns and 0 < len(self._outbox) < len(self._pending) / 2:
            self._loop.call_soon(self._end_turn)
            return
        self._turns = 0
        heard, self._heard = self._heard, False
        if not self._flush() and heard and not self._ended and self._socket:
            acknowledge_now(self._socket)

    def _flush(self) -> bool:
        if not self._outbox or self._held or not self._transport or self._transport.is_closing():
            return False
        self._transport.write(b"".join(self._outbox))
        self._outbox.clear()
        self._unwritten.clear()
        return True

    def _expire(self) -> None:
        """Give up what is overdue. The oldest request is the first, for all wait equally long."""
        self._expiry = None
        now = self._loop.time()
        while self._pending:
            sequence, pending = next(iter(self._pending.items()))
            if pending.due > now:
                self._expiry = self._loop.call_at(pending.due, self._expire)
                return
            del self._pending[sequence]
            self._given_up[sequence] = pending
            self._settle(pending, Unanswered("timeout"))
        while len(self._given_up) > _REMEMBERED:
            del self._given_up[next(iter(self._given_up))]

    def _settle(self, pending: _Pending, reply: Reply) -> None:
        """Let go of the place in the window, and tell whoever still waits."""
        if pending.place:
            too_fast = isinstance(reply, Answered) and reply.status in self._throttling
            (self.window.throttle if too_fast else self.window.give_back)(pending.place)
        if not pending.reply.done():
            pending.reply.set_result(reply)
        if self._retiring and not self.window.taken:
            self.end(self._retiring)

    # what comes

    def _take(self, each: Frame) -> None:
        if each.command & ANSWER:
            self._answered(each)
        elif each.command in _DELIVERIES:
            self._hooks.delivered(self, each)
        elif each.command == Command.ENQUIRE_LINK:
            self.answer(each, Status.OK)
        elif each.command == Command.UNBIND:
            self.answer(each, Status.OK)
            self.end("unbound by the carrier")
        elif each.command not in _UNANSWERABLE:
            self._send(frame(Command.GENERIC_NACK, Status.INVALID_COMMAND, each.sequence))

    def _answered(self, each: Frame) -> None:
        pending = self._pending.pop(each.sequence, None)
        if pending is None:
            if given_up := self._given_up.pop(each.sequence, None):
                self._hooks.late(given_up.context, _read(given_up, each))
            return
        reply = _read(pending, each)
        if pending.reply.cancelled():
            self._hooks.late(pending.context, reply)
        self._settle(pending, reply)

    # whether the carrier is still there

    def _next_beat(self) -> None:
        if not self._ended:
            self._timers = [self._loop.call_at(self._heard_at + self._timing.enquire_link_s, self._beat)]

    def _beat(self) -> None:
        if self._loop.time() < self._heard_at + self._timing.enquire_link_s:
            self._next_beat()
        else:
            self._ask(Command.ENQUIRE_LINK, b"", self._due()).add_done_callback(self._judge)

    def _judge(self, reply: "asyncio.Future[Reply]") -> None:
        if isinstance(reply.result(), Answered):
            self._next_beat()
        else:
            self._cut("silent")


def _read(pending: _Pending, each: Frame) -> Answered:
    """An answer of the wrong kind, or a generic_nack, is never a yes."""
    if each.command == pending.command | ANSWER:
        return Answered(each.status, each.body)
    return Answered(each.status or Status.UNKNOWN_ERROR, b"")
