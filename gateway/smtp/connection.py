"""One connection: lines in, replies out, timers, and the ways in which it ends; the conversation is above it.

aiosmtpd gives the life cycle: transport and flow control. Its command loop is replaced. What needs no waiting is
answered where the bytes come in; the rest is an errand, one at a time, and the session goes on when its outcome is
there. Replies to a pipelined batch leave in one write, each phase has its own patience that ends with a 421, a client
that stops sending still gets the replies to what it sent, and no exception text leaves the house.
"""

import asyncio
import math
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from aiosmtpd.smtp import SMTP

from gateway.smtp import replies
from gateway.smtp.commands import read_command
from gateway.smtp.errand import Command, EndOfInput, Errand, Outcome, Read
from gateway.smtp.input_buffer import InputBuffer
from gateway.smtp.limits import MOST_TIMES_TOO_BIG, Claim, Place, address_of, mail_deadline
from gateway.smtp.office import Office, note_incident

#: How long a client may take at most to read our last words.
LINGER_S = 10.0
#: Unknown or malformed commands before we hang up.
MOST_ERRORS = 20
#: So many commands of a pipelined batch are obeyed before other sessions have their turn.
TURN = 64
#: What is read ahead of an errand under way.
AHEAD_BYTES = 131_072


class Connection(SMTP):
    """A client at one of our doors."""

    commands: ClassVar[Mapping[bytes, Command]]  # what each verb does

    __slots__ = (  # a dictionary of so many is slow to look up, and big
        *("_address", "_busy", "_claim", "_deadline", "_due", "_ended", "_errand", "_errors"),
        *("_expect_more", "_held_back", "_input", "_keeping", "_leaving", "_lost", "_mail_pace", "_office", "_parted"),
        *("_stalled", "_treat", "_waiter", "loop", "place", "transport"),
    )

    def __init__(self, office: Office) -> None:
        # SMTP.__init__ is passed over: it reflects on all methods at each connection, a sixth of the time of a short
        # one, and looks up the host name. What the inherited methods need is set here.
        self.loop = asyncio.get_running_loop()
        asyncio.StreamReaderProtocol.__init__(
            self, asyncio.StreamReader(loop=self.loop), self._cb_client_connected, self.loop
        )
        self._timeout_handle = self._original_transport = self._handler_coroutine = None
        self.session = self.envelope = self.transport = None

        self._office = office
        self._expect_more = office.reception.expect_more
        self._input = InputBuffer()
        self._due = b""  # replies that have not left yet
        self._address = address_of("")
        self.place = Place(office.connections)  # taken before the session begins where a handshake comes first
        self._busy = True  # an errand is under way; the first is the greeting
        self._errand: Outcome | None = None  # the last one
        self._keeping = False  # a mail is on its way to the disk: nothing that the client does stops that
        self._waiter: asyncio.Future[Read] | None = None  # of an errand that waits for a line
        self._treat: Callable[[Read], bytes | Errand] | None = None  # what is done with the mail that is coming
        self._claim = Claim(office.memory)  # of that mail, until it is stored or refused
        self._mail_pace = (0.0, 0)  # since when, and from which byte on, that mail is coming
        self._deadline = math.inf  # when the client has kept us waiting too long
        self._stalled = False  # the client does not read what we say
        self._held_back = False  # the client sends faster than we work
        self._ended = False  # the client will send no more
        self._leaving = False  # after the replies that are due
        self._parted = False  # the last word is said
        self._lost = False
        self._errors = 0

    @abstractmethod
    def _greeting(self) -> bytes:
        """The first line we say."""

    def _barred(self) -> bytes | None:
        """The reply that keeps this client out, if any."""
        if self._office.closing:
            return replies.SHUTTING_DOWN
        return None if self.place.held else replies.TOO_MANY_CONNECTIONS

    # -- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        peer = transport.get_extra_info("peername")
        self._address = address_of(peer[0] if isinstance(peer, tuple) else "")
        self.place.take(self._address)
        self._office.guests.arrive(self)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """The client has sent something."""
        if self._parted:
            return
        self._expect_more()
        self._input.feed(data)
        self._advance()

    def eof_received(self) -> bool:
        """The client will send no more; what it sent is answered all the same."""
        self._ended = True
        if self._waiter is not None:
            self._waiter.set_exception(EndOfInput())
            self._waiter = None
        self._advance()
        return not self._encrypted()  # under TLS there is no half-open line

    def pause_writing(self) -> None:
        """The client does not read: until it does, nothing more is done for it."""
        self._stalled = True
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._stalled = False
        super().resume_writing()
        self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone; a failed TLS handshake may tell so twice."""
        if self._lost:
            return
        self._lost = self._parted = True
        self._due = b""
        self._office.guests.depart(self)
        self.place.give_back()
        self._drop_errand()
        super().connection_lost(error)

    def _set_post_data_state(self) -> None:
        """The library's transaction is not used."""

    def _reset_timeout(self, duration: float | None = None) -> None:
        # One timer looks at the deadline now and then: to set one at each command costs more than the command.
        settings = self._office.settings
        tick = duration or min(settings.command_timeout_s, settings.data_timeout_s) / 4
        super()._reset_timeout(tick)

    def _timeout_cb(self) -> None:
        if self._parted:
            self.abort()
        elif self.loop.time() < self._deadline:
            self._reset_timeout()
        else:
            self._part(replies.TIMED_OUT)

    # -- called by the house

    def dismiss(self) -> None:
        """Hang up now when the client is idle, else after the command under way."""
        if not self._busy and self._treat is None:
            self._part(replies.SHUTTING_DOWN)

    def abort(self) -> None:
        """Cut the line; a mail being stored is stored all the same."""
        self._due = b""
        if self.transport is not None:
            self.transport.abort()  # type: ignore[attr-defined]  # it is a stream's: aiosmtpd says less

    # -- the work

    async def _handle_client(self) -> None:
        """Begin the session; called by the library."""
        barred = self._barred()
        self._settle(self._leave(barred) if barred else self._greeting())
        self._advance()

    def _advance(self) -> None:
        """Work on with what has come, until it is used up or something has to be waited for."""
        if self._waiter is not None:
            self._hand_over(self._waiter)
        used_up = self._answer_lines()
        if self._due:
            self._office.departures.add(self._flush)
        if self._held_back or len(self._input.held) > AHEAD_BYTES:
            self._regulate()
        if (self._leaving or (self._ended and used_up)) and not self._busy:
            self._close()

    def _answer_lines(self) -> bool:
        """Answer the lines that have come; True when there is none left."""
        come = self._input
        for _ in range(TURN):
            if not come.held:
                return True
            if self._busy or self._leaving or self._parted or self._stalled:
                return False
            read = come.line() if self._treat is None else self._read_mail()
            if read is None:
                return True
            self._answer(read)
        self.loop.call_soon(self._advance)
        return False

    def _answer(self, read: Read) -> None:
        treat, self._treat = self._treat or self._obey, None
        try:
            reply = treat(read)
        except Exception as error:  # noqa: BLE001 - a bug must cost one command, not the house
            reply = note_incident(error)
        if isinstance(reply, bytes):
            self._settle(reply)
        else:
            self._set_out(reply)

    def _obey(self, line: Read) -> bytes | Errand:
        if not isinstance(line, bytes):
            return self._object(replies.COMMAND_TOO_LONG)
        said = read_command(line)
        if isinstance(said, bytes):
            return self._object(said)
        command = self.commands.get(said.verb)
        return self._object(replies.COMMAND_UNKNOWN) if command is None else command(self, said.argument)

    def _set_out(self, errand: Errand) -> None:
        self._busy = True
        self._deadline = math.inf  # it is we who keep the client waiting
        under_way = errand.under_way
        self._errand = under_way if isinstance(under_way, asyncio.Future) else asyncio.ensure_future(under_way)
        self._errand.add_done_callback(partial(self._come_back, errand.reply))

    def _come_back(self, reply: Callable[[Outcome], bytes], outcome: Outcome) -> None:
        if outcome.cancelled():
            return  # nobody is there any more
        try:
            self._settle(reply(outcome))
        except EndOfInput:
            self._settle(self._leave(b""))
        except Exception as error:  # noqa: BLE001 - as above
            self._settle(note_incident(error))
        self._advance()

    def _settle(self, reply: bytes) -> None:
        """Owe the client ``reply``, and be free for what comes next."""
        self._due += reply
        self._busy = self._keeping = False
        if self._treat is not None:
            return
        if self._claim.size:
            self._claim.give_back()
        self._deadline = self.loop.time() + self._office.settings.command_timeout_s
        if self._office.closing and not self._leaving:
            self._due += self._leave(replies.SHUTTING_DOWN)

    # -- input

    async def _next_line(self) -> Read:
        """The next line, for an errand."""
        self._deadline = self.loop.time() + self._office.settings.command_timeout_s
        if (line := self._input.line()) is None:
            if self._ended:
                raise EndOfInput
            self._regulate()
            self._waiter = self.loop.create_future()
            line = await self._waiter
        self._deadline = math.inf
        return line

    def _hand_over(self, waiter: asyncio.Future[Read]) -> None:
        if (line := self._input.line()) is not None:
            self._waiter = None
            waiter.set_result(line)

    def _expect_mail(self, treat: Callable[[Read], bytes | Errand]) -> None:
        """Take what follows the 354, and have it treated."""
        self._input.begin_mail()
        self._treat = treat
        now = self.loop.time()
        self._mail_pace = (now, self._input.received)
        self._deadline = now + self._office.settings.data_timeout_s

    def _read_mail(self) -> Read | None:
        mail = self._input.mail(self._office.settings.max_mail_bytes, self._claim)
        if not isinstance(mail, bytes):
            self._be_patient(*self._mail_pace)
        return None if self._parted else mail

    def _be_patient(self, since: float, from_byte: int) -> None:
        """Wait for the rest of a mail as long as it comes at all, and not too slowly."""
        settings = self._office.settings
        come = self._input.received - from_byte
        self._deadline = mail_deadline(self.loop.time(), since, come, settings.data_timeout_s)
        if come > settings.max_mail_bytes * MOST_TIMES_TOO_BIG:
            self._part(replies.MAIL_TOO_BIG)

    def _regulate(self) -> None:
        """Let the client send no faster than we work."""
        wanted = self._waiter is not None or (self._treat is not None and not self._stalled)
        too_much = len(self._input) > AHEAD_BYTES and not wanted
        if too_much != self._held_back and self.transport is not None and not self._parted:
            self._held_back = too_much
            if too_much:
                self.transport.pause_reading()  # type: ignore[attr-defined]  # it is a stream's: aiosmtpd says less
            else:
                self.transport.resume_reading()  # type: ignore[attr-defined]  # it is a stream's: aiosmtpd says less

    # -- output

    def _say(self, line: bytes) -> None:
        """Send a reply now, in the middle of an errand, with all that is due before it."""
        self._due += line
        self._flush()

    def _object(self, line: bytes) -> bytes:
        """Refuse a command as it was written, or hang up on a client that knows no better."""
        self._errors += 1
        return self._leave(replies.TOO_MANY_ERRORS) if self._errors > MOST_ERRORS else line

    def _leave(self, line: bytes) -> bytes:
        """Make this reply the last."""
        self._leaving = True
        return line

    def _flush(self) -> None:  # all that is due in one write, before we wait for more (RFC 2920, 3.2)
        if self._due and self.transport is not None:
            due, self._due = self._due, b""
            self.transport.write(due)  # type: ignore[attr-defined]  # it is a stream's: aiosmtpd says less

    def _encrypted(self) -> bool:
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    # -- the end

    def _part(self, last_word: bytes) -> None:
        """Say ``last_word`` and hang up, whatever the session is waiting for."""
        self._say(last_word)
        self._drop_errand()
        self._close()

    def _drop_errand(self) -> None:
        self._waiter = self._treat = None
        if self._keeping:
            return
        self._claim.give_back()
        if self._errand is not None:
            self._errand.cancel()

    def _close(self) -> None:
        if not self._parted and self.transport is not None:
            self._flush()
            self._parted = True
            self.transport.close()
            self._reset_timeout(min(LINGER_S, self._office.settings.command_timeout_s))
