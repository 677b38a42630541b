"""Our SMPP client beside those of the package index, against the npm peer, and the law of window and latency."""

import asyncio
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from tests.bench.figures import Figure, rates, ratio
from tests.peers.node import Node, NodeMissing, find_node
from tests.peers.smsc.peer import running_smsc

OURS = "ours"
RIVALS = {"smpplib": "2.2.4", "smpp34": "1.5.0", "rusmppyc": "0.4.0a2", "aiosmpplib": "0.7.4"}

WINDOW = 50
LATENCY_S = 0.05
WINDOWS = (1, 10, 50)

_SCRIPT = Path(__file__).with_name("smpp_clients.py")
_SLOWEST = 10  # one that is slower by more than this is measured with so many times fewer messages

T = TypeVar("T")


def bench(rounds: int, messages: int) -> list[Figure]:
    """Clients in turn, round by round; nothing where Node is missing."""
    try:
        node = find_node()
    except NodeMissing as missing:
        print(f"NOT MEASURED: SMPP: {missing}", file=sys.stderr)  # noqa: T201 - whoever runs it reads it
        return []
    pythons = {OURS: Path(sys.executable), **_rivals()}
    measured = [asyncio.run(_with_peer(node, {}, lambda port: _round(pythons, port, messages))) for _ in range(rounds)]
    speeds, costs = [each[0] for each in measured], [each[1] for each in measured]
    return [
        *rates("smpp client", speeds),
        *(ratio("smpp client", speeds, OURS, each, at_least=2) for each in pythons if each != OURS),
        *(Figure("smpp client CPU", each, median(cost[each] for cost in costs), "us/message") for each in pythons),
        *(_latency(node, pythons[OURS], rounds, window) for window in WINDOWS),
    ]


def _rivals() -> dict[str, Path]:
    """The Python that has each client: an environment of their own, made when it is missing."""
    home = Path(tempfile.gettempdir()) / f"gateway-bench-smpp-{os.getuid()}"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    found = {}
    for name, version in RIVALS.items():
        command = [str(python), "-m", "pip", "install", "--quiet", f"{name}=={version}", "uvloop"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            print(f"NOT MEASURED AGAINST {name}: it cannot be installed here", file=sys.stderr)  # noqa: T201 - whoever runs it reads it
        else:
            found[name] = python
    return found


async def _with_peer(node: Node, options: Mapping[str, Any], use: Callable[[int], Awaitable[T]]) -> T:
    async with running_smsc(node, {"quiet": True, "receipts": "none", **options}) as peer:
        return await use(peer.port)


async def _round(pythons: Mapping[str, Path], port: int, messages: int) -> tuple[dict[str, float], dict[str, float]]:
    """Messages a second of each client, once the peer is warm, and microseconds of CPU for each message."""
    await _run(OURS, pythons[OURS], port, messages, WINDOW)  # the first thousands cost a new one several times as much
    speeds, costs = {}, {}
    for name, python in pythons.items():
        many = messages // _SLOWEST if name == "aiosmpplib" else messages
        took, cpu = await _run(name, python, port, many, WINDOW)
        speeds[name], costs[name] = many / took, cpu / many * 1e6
    return speeds, costs


def _latency(node: Node, python: Path, rounds: int, window: int) -> Figure:
    """The share of window / latency that one session reaches."""

    async def once(port: int) -> float:
        messages = window * 40
        took, _ = await _run(OURS, python, port, messages, window)
        return messages / took

    options = {"delayMs": LATENCY_S * 1_000}
    found = [asyncio.run(_with_peer(node, options, once)) * LATENCY_S / window for _ in range(rounds)]
    return Figure("smpp latency", f"of window {window} / 50 ms", median(found), "x", at_least=0.9)


async def _run(name: str, python: Path, port: int, messages: int, window: int) -> tuple[float, float]:
    """The seconds that a client took, and those of its CPUs."""
    process = await asyncio.create_subprocess_exec(
        python, str(_SCRIPT), name, str(port), str(messages), str(window), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    took, cpu = map(float, said.split()[-2:])
    return took, cpu
