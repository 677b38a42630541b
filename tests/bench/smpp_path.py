"""From a file or a mail to the SMSC and back: charged, synced to disk, submitted by SMPP, receipts stored; and Kannel.

Each rival has an SMSC of its own, the npm package ``smpp``, which answers at once and sends a receipt for every SMS.
"""

import asyncio
import contextlib
import csv
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine as SqlEngine

from tests.bench import kannel
from tests.bench.clients import address_of, delivered, make_clients
from tests.bench.figures import Figure, rates, ratio
from tests.bench.kannel import DELIVERED, TEXT, WINDOW, Kannel, KannelMissing
from tests.bench.postfix import Tools
from tests.databases import from_outside
from tests.peers.node import Node, NodeMissing, find_node
from tests.peers.smsc.peer import SmscPeer, configured, running_smsc
from tests.service_process import ROOT, ServiceProcess

BATCHES, UNSYNCED, BY_MAIL, KANNEL = "ours, in batches", "the same, not synced", "ours, by SMTP", "kannel, file store"
ACCEPTED, AT_THE_SMSC, STORED = "accepted", "at the SMSC", "receipts stored"
PATIENCE_S = 300.0
_NUMBER = "33612345678"  # it leaves this machine as far as the SMSC on it


@dataclass(frozen=True, slots=True)
class Walked:
    """Seconds from the first message handed in to the last accepted, seen by the SMSC, and back with its receipt."""

    accepted: float
    at_the_smsc: float
    receipts: float
    cpu: float  # of the gateway's processes

    def rates(self, messages: int) -> dict[str, float]:
        """Messages a second, by figure."""
        took = {ACCEPTED: self.accepted, AT_THE_SMSC: self.at_the_smsc, STORED: self.receipts}
        return {name: messages / seconds for name, seconds in took.items()}


Walk = Callable[[int], Awaitable[Walked]]  # sends so many messages all the way


def bench(postfix: Tools | None, rounds: int, messages: int) -> list[Figure]:
    """All in turn, round by round; nothing where Node is missing."""
    try:
        node = find_node()
    except NodeMissing as missing:
        print(f"NOT MEASURED: the path over SMPP: {missing}", file=sys.stderr)  # noqa: T201 - whoever runs it reads it
        return []
    return asyncio.run(_bench(node, postfix, rounds, messages))


async def _bench(node: Node, postfix: Tools | None, rounds: int, messages: int) -> list[Figure]:
    async with contextlib.AsyncExitStack() as stack:
        walks: dict[str, Walk] = {
            BATCHES: await stack.enter_async_context(_service(node, _from_a_file)),
            UNSYNCED: await stack.enter_async_context(_service(node, _from_a_file, "tests.bench.unsynced")),
        }
        if postfix:
            walks[BY_MAIL] = await stack.enter_async_context(_service(node, partial(_by_mail, postfix)))
        if rival := await _kannel(stack, node):
            walks[KANNEL] = rival
        for each in walks.values():
            await each(messages // 10)
        walked = [{name: await walk(messages) for name, walk in walks.items()} for _ in range(rounds)]
    return _figures(walked, messages)


def _figures(walked: list[dict[str, Walked]], messages: int) -> list[Figure]:
    figures: list[Figure] = []
    for what in (ACCEPTED, AT_THE_SMSC, STORED):
        bench = f"smpp path, {what}"
        measured = [{name: each.rates(messages)[what] for name, each in one.items()} for one in walked]
        figures += rates(bench, measured)
        if KANNEL in walked[0]:
            figures.append(ratio(bench, measured, BATCHES, KANNEL, at_least=1))
    costs = [{name: each.cpu / messages * 1e6 for name, each in one.items()} for one in walked]
    return [*figures, *(Figure("smpp path, CPU", each.name, each.value, "us/message") for each in rates("", costs))]


async def _kannel(stack: contextlib.AsyncExitStack, node: Node) -> Walk | None:
    try:
        tools = kannel.unpack()
        return await stack.enter_async_context(_rival(node, tools))
    except KannelMissing as missing:
        print(f"NOT MEASURED AGAINST KANNEL: {missing}", file=sys.stderr)  # noqa: T201 - whoever runs it reads it
        return None


@contextlib.asynccontextmanager
async def _rival(node: Node, tools: kannel.Tools) -> AsyncIterator[Walk]:
    async with running_smsc(node, {"quiet": True}) as smsc, kannel.sink() as (callback, told):
        with tools.configured(smsc.port, callback) as rival:
            async with kannel.running(rival) as boxes:
                family = [psutil.Process(each.pid) for each in boxes]
                yield partial(_walk, smsc, family, partial(_to_kannel, rival), lambda: _delivered_by(told))


async def _to_kannel(rival: Kannel, messages: int) -> None:
    await rival.accept(messages)


async def _delivered_by(told: Counter[bytes]) -> int:
    return told[DELIVERED]


HandIn = Callable[[ServiceProcess, int], Awaitable[None]]


@contextlib.asynccontextmanager
async def _service(node: Node, hand_in: HandIn, module: str = "gateway") -> AsyncIterator[Walk]:
    async with running_smsc(node, {"quiet": True}) as smsc:
        with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name:
            folder = Path(name)
            await make_clients(folder, None, 1)
            config = configured(folder, smsc.port, f"window = {WINDOW}")
            outside = from_outside(f"sqlite:///{folder}/gateway.db")
            with ServiceProcess(folder, config=config, module=module) as service:
                family = [psutil.Process(service.pid)]
                yield partial(_walk, smsc, family, partial(hand_in, service), lambda: _delivered_in(outside))


async def _walk(
    smsc: SmscPeer,
    family: list[psutil.Process],
    hand_in: Callable[[int], Awaitable[None]],
    delivered: Callable[[], Awaitable[int]],
    messages: int,
) -> Walked:
    at_the_smsc, back = await _submitted(smsc) + messages, await delivered() + messages
    cpu, since = _cpu(family), time.perf_counter()
    seen = asyncio.create_task(_reached(at_the_smsc, lambda: _submitted(smsc), since))
    await hand_in(messages)
    accepted = time.perf_counter() - since
    submitted = await seen
    returned = await _reached(back, delivered, since)
    return Walked(accepted, submitted, returned, _cpu(family) - cpu)


async def _reached(goal: int, count: Callable[[], Awaitable[int]], since: float) -> float:
    """The seconds until so many were counted."""
    async with asyncio.timeout(PATIENCE_S):
        while await count() < goal:  # noqa: ASYNC110 - another process counts
            await asyncio.sleep(0.05)
    return time.perf_counter() - since


async def _submitted(smsc: SmscPeer) -> int:
    said = len(smsc.seen("count"))
    smsc.tell("count")
    return int((await smsc.saw("count", said + 1))[-1]["submitted"])


async def _delivered_in(outside: SqlEngine) -> int:
    return delivered(outside)


def _cpu(family: list[psutil.Process]) -> float:
    times = [each.cpu_times() for each in family]
    return sum(each.user + each.system for each in times)


_FILES = itertools.count()


async def _from_a_file(service: ServiceProcess, messages: int) -> None:
    """As an operator does: the command reads the file and hands it in, piece by piece."""
    path = service.data_dir / f"messages{next(_FILES)}.csv"  # another file each time, or it would be the same messages
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("to", "text", path.name), *((_NUMBER, TEXT, "") for _ in range(messages))])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "sms", "send", "client0", "--file", path),
        cwd=ROOT,
        env={**os.environ, "GATEWAY_DATA_DIR": str(service.data_dir)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"gateway sms send: {said.decode()[-500:]}")


async def _by_mail(postfix: Tools, service: ServiceProcess, messages: int) -> None:
    """As many mails over sessions that are used again."""
    send = partial(postfix.send, service.smtp_port, address_of(0), f"{_NUMBER}@sms.localhost")
    await asyncio.to_thread(send, mails=messages, size=len(TEXT))
