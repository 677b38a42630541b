"""The npm SMSC as a process of its own: what it saw, and what it is told to do (see ``peer.js``)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.peers.node import Node

SCRIPT = Path(__file__).with_name("peer.js")

#: What becomes of an SMS, by the last two digits of its number.
UNDELIVERED, REFUSED, EXPIRED, THROTTLED, BROKEN, SILENT, CUT, LATE = (
    f"+336399812{ending}" for ending in (90, 91, 93, 94, 95, 96, 97, 98)
)

Told = dict[str, Any]


_CONFIG = """
[carriers.north]
kind = "smpp"
host = "127.0.0.1"
port = {port}
system_id = "gateway"
password_file = "{password}"
timing = {{ {timing} }}
"""


class SmscPeer:
    """A running SMSC."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events: list[Told] = []
        self._news = asyncio.Condition()
        self.port = 0

    async def saw(self, event: str, count: int = 1) -> list[Told]:
        """The first ``count`` events of a kind, once there are as many."""
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: len(self.seen(event)) >= count)
        return self.seen(event)[:count]

    def seen(self, event: str) -> list[Told]:
        """The events of a kind so far."""
        return [each for each in self._events if each["event"] == event]

    def tell(self, order: str, **more: Any) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": order, **more}).encode() + b"\n")

    async def listen(self) -> None:
        """Take in what it says until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            async with self._news:
                self._events.append(told)
                self.port = told.get("port", self.port)
                self._news.notify_all()


@asynccontextmanager
async def running_smsc(node: Node, options: Mapping[str, Any]) -> AsyncIterator[SmscPeer]:
    """Start one with these options; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        node.program,
        str(SCRIPT),
        json.dumps(options),
        env=node.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    peer = SmscPeer(process)
    listening = asyncio.create_task(peer.listen())
    try:
        await peer.saw("listening")
        yield peer
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await listening
        await process.wait()


def configured(folder: Path, port: int, timing: str, more: str = "") -> Path:
    """The configuration of a service that sends by way of an SMSC on this port, written to ``folder``."""
    password, config = folder / "password", folder / "gateway.toml"
    password.write_text("secret")
    config.write_text(_CONFIG.format(port=port, password=password, timing=timing) + more)
    return config
