"""The carrier that speaks SMPP: links that are kept up, and an SMS and its receipts over them."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import NamedTuple

from gateway.engine.clock import Clock
from gateway.sms.carriers.names import e164
from gateway.sms.carriers.port import InboundSms, Inbox, LinkReport, Outcome, OutgoingSms, Receipt, Refused
from gateway.sms.carriers.smpp.deliveries import Deliveries
from gateway.sms.carriers.smpp.incoming import text_and_piece
from gateway.sms.carriers.smpp.link import Health, Link, Nature
from gateway.sms.carriers.smpp.memory import Memory
from gateway.sms.carriers.smpp.outcomes import Part, carrier_ref, outcome_of
from gateway.sms.carriers.smpp.outgoing import Unwritable, submissions
from gateway.sms.carriers.smpp.pdus import ShortMessage
from gateway.sms.carriers.smpp.receipts import is_receipt, read_report
from gateway.sms.carriers.smpp.session import Answered, Hooks, NotWritten, Reply, Unanswered
from gateway.sms.carriers.smpp.settings import Mode, SmppSettings
from gateway.sms.carriers.smpp.statuses import StatusClass, Statuses
from gateway.sms.carriers.smpp.words import Command, Status
from plans.words import Reason

_BINDS = {
    Mode.TRANSCEIVER: (Command.BIND_TRANSCEIVER,),
    Mode.SEPARATE: (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER),
    Mode.TRANSMITTER: (Command.BIND_TRANSMITTER,),
    Mode.RECEIVER: (Command.BIND_RECEIVER,),
}


class _Submitted(NamedTuple):
    """Which part a submit_sm carries."""

    reference: str
    number: int


class SmppCarrier:
    """One account at one carrier. SMPP has no way of sending the same twice as one SMS: it does not deduplicate."""

    deduplicates = False

    def __init__(self, settings: SmppSettings, statuses: Statuses, clock: Clock, nature: Nature | None = None) -> None:
        """``nature``: sleep and chance, for tests."""
        self.name = settings.name
        self.at_once = settings.timing.window * settings.sessions
        self.validity = settings.tries_for
        self._settings = settings
        self._statuses = statuses
        self._clock = clock
        self._nature = nature or Nature()
        self._memory = Memory()
        self._links: list[Link] = []
        self._deliveries: Deliveries | None = None
        self._running: list[asyncio.Task[None]] = []
        self._tried = asyncio.Event()  # some link to submit over is bound, or cannot be

    @property
    def health(self) -> tuple[Health, ...]:
        """How each link is."""
        return tuple(each.health for each in self._links)

    def links(self) -> tuple[LinkReport, ...]:
        """How each link is, for whoever looks from outside."""
        return tuple(each.report for each in self._links)

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Submit every part that was not taken before, all at once, and wait for the answers."""
        try:
            parts = submissions(sms, self._settings, self._clock.now())
            bodies = [each.encode() for each in parts]
        except (Unwritable, ValueError) as problem:
            return Refused("alphabet" if isinstance(problem, Unwritable) else "field", Reason.CARRIER_REJECTED)
        known = self._memory.taken(sms.reference)
        submitted = [
            self._submit(body, _Submitted(sms.reference, number), known) for number, body in enumerate(bodies, 1)
        ]
        replies = [await submitted[0]] if len(submitted) == 1 else await asyncio.gather(*submitted)
        self._remember(sms, replies)
        return outcome_of(replies, self._statuses)

    async def collect(self, inbox: Inbox) -> int:
        """Nothing waits to be fetched: everything comes by itself."""
        del inbox
        return 0

    async def run(self, inbox: Inbox) -> None:
        """Keep every link up, and hand in what comes over them, until ``close``."""
        self._deliveries = Deliveries(partial(self._keep, inbox))
        hooks = Hooks(self._deliveries.take, self._answered_late)
        self._links = [self._link(bind, hooks) for bind in _BINDS[self._settings.mode] * self._settings.sessions]
        if self._settings.mode is Mode.RECEIVER:
            self._tried.set()
        async with asyncio.TaskGroup() as group:
            self._running = [group.create_task(each.run()) for each in self._links]

    async def close(self) -> None:
        """Submit nothing more, wait for answers, keep what is still delivered, say good-bye."""
        await asyncio.gather(*(each.drain() for each in self._links))
        if self._deliveries:
            await self._deliveries.finish()
        await asyncio.gather(*(each.close() for each in self._links))
        for task in self._running:
            task.cancel()

    def _link(self, bind: Command, hooks: Hooks) -> Link:
        throttling, refusing = (self._statuses.of(each) for each in (StatusClass.THROTTLE, StatusClass.BIND))
        tried = None if bind is Command.BIND_RECEIVER else self._tried
        settings, nature = self._settings, self._nature
        return Link(settings, bind, hooks, throttling=throttling, refusing=refusing, nature=nature, tried=tried)

    # out

    async def _submit(self, body: bytes, which: _Submitted, known: dict[int, str]) -> Part:
        """Submit one part: over another link where one was lost, and again where it was too fast, while time allows."""
        if which.number in known:
            return known[which.number]
        until = monotonic() + self._settings.timing.queue_s
        if not self._tried.is_set():  # the service starts, and its queue may be quicker than its links
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._tried.wait(), self._settings.timing.queue_s)
        while link := self._roomiest():
            reply = await link.submit(body, until - monotonic(), which)
            if isinstance(reply, Answered) and not reply.status:
                return carrier_ref(reply, which.reference, which.number, self._settings.message_ids)
            if self._is_over(link, reply) or monotonic() >= until:
                return reply
        return NotWritten("link")

    def _roomiest(self) -> Link | None:
        links = [each for each in self._links if each.submits]
        if len(links) == 1:  # as it mostly is
            return links[0]
        return max(links, key=lambda each: each.room, default=None)

    def _is_over(self, link: Link, reply: Reply) -> bool:
        """Whether submitting again what was not taken would be useless."""
        if not isinstance(reply, Answered):
            return isinstance(reply, Unanswered)
        kind = self._statuses.class_of(reply.status)
        if kind in {StatusClass.LINK, StatusClass.BIND}:
            link.rebind(f"status 0x{reply.status:08X}")
        return kind is not StatusClass.THROTTLE

    def _remember(self, sms: OutgoingSms, parts: Sequence[Part]) -> None:
        if all(isinstance(each, str) for each in parts):
            self._memory.settle(sms.reference)
            return
        for number, each in enumerate(parts, start=1):
            if isinstance(each, str):
                self._memory.take(sms.reference, number, each)

    def _answered_late(self, which: object, answer: Answered) -> None:
        if isinstance(which, _Submitted) and answer.status == Status.OK:
            ref = carrier_ref(answer, which.reference, which.number, self._settings.message_ids)
            self._memory.answered_late(which.reference, which.number, ref)

    # in

    async def _keep(self, inbox: Inbox, messages: Sequence[ShortMessage]) -> None:
        receipts: list[Receipt] = []
        inbound: list[InboundSms] = []
        now = self._clock.now()
        for each in messages:
            if not is_receipt(each):
                inbound.append(self._inbound(each, now))
            elif receipt := self._receipt(each, now):
                receipts.append(receipt)
        if receipts:
            await inbox.receipts(receipts)
        if inbound:
            await inbox.inbound(inbound)

    def _receipt(self, message: ShortMessage, now: datetime) -> Receipt | None:
        """None for what is not final, or says of nothing what it is about."""
        report = read_report(message, self._settings.message_ids)
        if report.state is None or not report.message_id:
            return None
        return Receipt(
            carrier_ref=report.message_id,
            state=report.state,
            code=report.code,
            at=now,
            reference=self._memory.reference(report.message_id),
            recipient=e164(message.source.digits),  # receipts come from the phone that we wrote to
            echo=report.echo,
        )

    def _inbound(self, message: ShortMessage, now: datetime) -> InboundSms:
        text, piece = text_and_piece(message, self._settings.codings)
        return InboundSms(
            key=self._memory.key_of(message, now),
            sender=message.source.digits,
            recipient=message.destination.digits,
            text=text,
            at=now,
            piece=piece,
        )
