"""Work on hostile octets in processes of its own, so that nothing can hang, starve or crash the service.

A question goes in as octets, its answer comes out as octets. The module that answers is run by ``capped_child``.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from gateway.engine.capped_child import FRAME

_ROOT = Path(__file__).parents[2]  # where the package ``gateway`` lies


@dataclass(frozen=True, slots=True)
class Caps:
    """What one question may take of a process: seconds by the clock, octets of address space."""

    seconds: float = 5.0
    memory: int = 512 * 1024 * 1024


class CappedProcesses:
    """A few processes that run one module, each started when it is first needed.

    A question that ends its process is asked once more in a fresh one; if it ends that one too, it has no answer. The
    questions behind it in the batch are answered as if it were not there.
    """

    def __init__(self, module: str, processes: int = 1, caps: Caps | None = None) -> None:
        """``module``: it calls ``capped_child.main`` when it is run."""
        self._places = [_Place(module, caps or Caps()) for _ in range(processes)]
        self._idle: asyncio.LifoQueue[_Place] = asyncio.LifoQueue()  # the last used goes first: others may never start
        for place in self._places:
            self._idle.put_nowait(place)

    async def ask(self, questions: Sequence[bytes]) -> list[bytes | None]:
        """Ask a batch in one process, in order; None for what cannot be answered."""
        place = await self._idle.get()
        try:
            return await _ask_all(place, questions)
        finally:
            self._idle.put_nowait(place)

    async def close(self) -> None:
        """End the processes, once no batch is under way."""
        for place in self._places:
            await place.stop()


async def _ask_all(place: "_Place", questions: Sequence[bytes]) -> list[bytes | None]:
    answers: list[bytes | None] = []
    suspect = None  # the question that ended the process before
    while len(answers) < len(questions):
        answers += await place.ask(questions[len(answers) :])
        if len(answers) == suspect:
            answers.append(None)
            suspect = None
        else:
            suspect = len(answers)
    return answers


@dataclass(frozen=True, slots=True)
class _Running:
    """A process with its two pipes."""

    process: Process
    questions: asyncio.StreamWriter
    answers: asyncio.StreamReader


class _Place:
    """The place of one process."""

    def __init__(self, module: str, caps: Caps) -> None:
        self._module = module
        self._caps = caps
        self._running: _Running | None = None

    async def ask(self, questions: Sequence[bytes]) -> list[bytes]:
        """The answers that the process gave before it ended; all of them when it lives."""
        running = self._running = self._running or await _start(self._module, self._caps)
        sending = asyncio.create_task(_send(running.questions, questions))
        answers: list[bytes] = []
        try:
            with suppress(EOFError):
                for _ in questions:
                    answers.append(await _receive(running.answers))  # noqa: PERF401 - those before the end count
        finally:
            sending.cancel()
            if len(answers) < len(questions):  # ended, or called off: a late answer must not meet the next batch
                await self.stop()
        return answers

    async def stop(self) -> None:
        """End the process at once."""
        running, self._running = self._running, None
        if running:
            with suppress(ProcessLookupError):
                running.process.kill()
            await running.process.communicate()


async def _start(module: str, caps: Caps) -> _Running:
    """A process with an environment of its own: no secret of the service is within reach of what it reads."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, str(caps.seconds), str(caps.memory)),
        stdin=PIPE,
        stdout=PIPE,
        env={"PYTHONPATH": str(_ROOT), "PYTHONSAFEPATH": "1"},
    )
    return _Running(process, cast(asyncio.StreamWriter, process.stdin), cast(asyncio.StreamReader, process.stdout))


async def _send(pipe: asyncio.StreamWriter, questions: Sequence[bytes]) -> None:
    with suppress(ConnectionError):  # the process ended; the missing answer says so
        for question in questions:
            pipe.write(FRAME.pack(len(question)) + question)
            await pipe.drain()


async def _receive(pipe: asyncio.StreamReader) -> bytes:
    return await pipe.readexactly(FRAME.unpack(await pipe.readexactly(FRAME.size))[0])
