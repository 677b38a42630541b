"""What carriers deliver, kept in batches: a PDU is answered only when what it brought is on disk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from gateway.sms.carriers.smpp.fields import Malformed
from gateway.sms.carriers.smpp.frames import Frame
from gateway.sms.carriers.smpp.pdus import Answer, ShortMessage
from gateway.sms.carriers.smpp.session import Session
from gateway.sms.carriers.smpp.words import Command, Status

log = logging.getLogger(__name__)

_BATCH = 500

#: The answer to a deliver_sm or data_sm has a message_id, which is empty (4.6.2).
_NO_NAME = Answer().encode()

Keep = Callable[[Sequence[ShortMessage]], Awaitable[None]]


class _Delivery(NamedTuple):
    session: Session
    frame: Frame
    message: ShortMessage


class Deliveries:
    """Stands between the sessions and whoever keeps what they deliver."""

    def __init__(self, keep: Keep) -> None:
        """``keep`` returns when all of a batch is on disk, and raises when nothing may be relied on."""
        self._keep = keep
        self._waiting: list[_Delivery] = []
        self._working: asyncio.Task[None] | None = None

    def take(self, session: Session, frame: Frame) -> None:
        """Put one with those that wait. What cannot be read is answered at once with what is wrong with it."""
        decode = ShortMessage.decode if frame.command == Command.DELIVER_SM else ShortMessage.decode_data
        try:
            self._waiting.append(_Delivery(session, frame, decode(frame.body)))
        except Malformed as error:
            session.answer(frame, error.status, _NO_NAME)
            return
        if len(self._waiting) >= _BATCH:
            session.hold_reading(held=True)
        if not self._working or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def finish(self) -> None:
        """Until what came is kept and answered."""
        if self._working:
            await self._working

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            status = await self._kept([each.message for each in batch])
            for session, frame, _ in batch:
                session.answer(frame, status, _NO_NAME)
            for session in {each.session for each in batch}:
                session.hold_reading(held=False)

    async def _kept(self, messages: Sequence[ShortMessage]) -> Status:
        try:
            await self._keep(messages)
        except Exception as error:  # noqa: BLE001 - whatever is wrong here, the carrier is to keep it and come again
            log.error("what was delivered could not be kept: %s", type(error).__name__)
            return Status.TEMPORARY_APPLICATION_ERROR
        return Status.OK
