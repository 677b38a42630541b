"""Reading mail in processes of its own, so that no mail can hang, starve or crash the service."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gateway.smtp.automatic import Automatic
from gateway.smtp.reader import FRAME
from gateway.smtp.reading import UNREADABLE, Problem, ReadMail

_ROOT = Path(__file__).parents[2]  # where the package ``gateway`` lies


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What one mail may take of a reading process: seconds by the clock, octets of address space."""

    seconds: float = 5.0
    memory: int = 512 * 1024 * 1024


class Readers:
    """A few reading processes, each started when it is first needed.

    A mail that ends its process is tried once more in a fresh one; if it ends that one too, it is unreadable. The
    mails behind it in the batch are read as if it were not there.
    """

    def __init__(self, processes: int = 1, limits: ReaderLimits | None = None) -> None:
        self._readers = [_Reader(limits or ReaderLimits()) for _ in range(processes)]
        self._idle: asyncio.LifoQueue[_Reader] = asyncio.LifoQueue()  # the last used goes first: others may never start
        for reader in self._readers:
            self._idle.put_nowait(reader)

    async def read_many(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """Read a batch in one process, in order; whatever a mail holds, the others are read."""
        reader = await self._idle.get()
        try:
            return await _read_all(reader, raws)
        finally:
            self._idle.put_nowait(reader)

    async def close(self) -> None:
        """End the processes, once no batch is under way."""
        for reader in self._readers:
            await reader.stop()


async def _read_all(reader: "_Reader", raws: Sequence[bytes]) -> list[ReadMail]:
    mails: list[ReadMail] = []
    suspect = -1  # the mail that ended the process before
    while len(mails) < len(raws):
        mails += await reader.read(raws[len(mails) :])
        if len(mails) == suspect:
            mails.append(UNREADABLE)
        suspect = len(mails)
    return mails


@dataclass(frozen=True, slots=True)
class _Running:
    """A reading process with its two pipes."""

    process: Process
    mails: asyncio.StreamWriter
    answers: asyncio.StreamReader


class _Reader:
    """The place of one reading process."""

    def __init__(self, limits: ReaderLimits) -> None:
        self._limits = limits
        self._running: _Running | None = None

    async def read(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """The mails that the process answered for before it ended; all of them when it lives."""
        running = self._running = self._running or await _start(self._limits)
        sending = asyncio.create_task(_send(running.mails, raws))
        mails: list[ReadMail] = []
        try:
            with suppress(EOFError):
                for _ in raws:
                    mails.append(await _receive(running.answers))  # noqa: PERF401 - those before the end count
        finally:
            sending.cancel()
            if len(mails) < len(raws):  # ended, or called off: a late answer must not meet the next batch
                await self.stop()
        return mails

    async def stop(self) -> None:
        """End the process at once."""
        running, self._running = self._running, None
        if running:
            with suppress(ProcessLookupError):
                running.process.kill()
            await running.process.communicate()


async def _start(limits: ReaderLimits) -> _Running:
    """A process with an environment of its own: no secret of the service is within reach of a hostile mail."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway.smtp.reader", str(limits.seconds), str(limits.memory)),
        stdin=PIPE,
        stdout=PIPE,
        env={"PYTHONPATH": str(_ROOT), "PYTHONSAFEPATH": "1"},
    )
    return _Running(process, cast(asyncio.StreamWriter, process.stdin), cast(asyncio.StreamReader, process.stdout))


async def _send(pipe: asyncio.StreamWriter, raws: Sequence[bytes]) -> None:
    with suppress(ConnectionError):  # the process ended; the missing answer says so
        for raw in raws:
            pipe.write(FRAME.pack(len(raw)) + raw)
            await pipe.drain()


async def _receive(pipe: asyncio.StreamReader) -> ReadMail:
    length = FRAME.unpack(await pipe.readexactly(FRAME.size))[0]
    return _mail(json.loads(await pipe.readexactly(length)))


def _mail(answer: dict[str, Any]) -> ReadMail:
    automatic = answer["automatic"]
    answer["automatic"] = automatic and Automatic(automatic)
    answer["problems"] = tuple(map(Problem, answer["problems"]))
    answer["references"] = tuple(answer["references"])
    return ReadMail(**answer)
