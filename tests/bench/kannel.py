"""Kannel and Apache's load tool without installing anything: Debian packages unpacked into a cache folder.

    python -m tests.bench.kannel      kills Kannel with 50 in flight, and counts what it lost and sent twice

A private Kannel (bearerbox and smsbox, messages stored in a file) runs out of that folder, on ports of its own, bound
to an SMSC by one link with a window of 50. It asks for receipts and passes each on by an HTTP call, as its users do.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from tests.peers.node import find_node
from tests.peers.smsc.peer import running_smsc
from tests.service_process import free_port

CACHE = Path(tempfile.gettempdir()) / "gateway-bench-kannel"
PACKAGES = (
    *("kannel", "apache2-utils"),
    *("libmariadb3", "libpcre3", "libhiredis0.14", "libct4", "libsybdb5", "libapr1", "libaprutil1"),
)
WINDOW = 50
SESSIONS = 50
TEXT = "Hello this is a benchmark message"
READY_WITHIN_S = 20.0

#: dlr-mask: delivered, failed, buffered, taken by the SMSC, refused by it.
ALL_NEWS = 31


class KannelMissing(Exception):
    """Kannel cannot be had or run here; the text says why."""


@dataclass(frozen=True)
class Kannel:
    """A running Kannel."""

    tools: "Tools"
    home: Path
    sms_port: int
    admin_port: int
    callback: str  # where it tells what became of a message

    async def accept(self, messages: int) -> float:
        """Hand so many messages in over connections that are used again; the seconds that it took."""
        since = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            self.tools.root / "usr/bin/ab",
            *("-q", "-k", "-c", str(SESSIONS), "-n", str(messages)),
            f"http://127.0.0.1:{self.sms_port}{self.path('33612345678', TEXT)}",
            env=self.tools.environment,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        if process.returncode or b"Non-2xx" in said:
            raise RuntimeError(f"ab: {said.decode()[-500:]}")
        return time.perf_counter() - since

    def path(self, to: str, text: str) -> str:
        """What to ask of its HTTP door for one SMS with receipts."""
        told = quote(f"{self.callback}?s=%d", safe="")
        who = f"username=u&password=p&from=12345&to={to}&text={quote(text)}"
        return f"/cgi-bin/sendsms?{who}&dlr-mask={ALL_NEWS}&dlr-url={told}"


@dataclass(frozen=True)
class Tools:
    """The unpacked packages."""

    root: Path

    @cached_property
    def environment(self) -> dict[str, str]:
        """Where the programs find their libraries."""
        libraries = (self.root / each / "x86_64-linux-gnu" for each in ("usr/lib", "lib"))
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}

    @contextlib.contextmanager
    def configured(self, smsc_port: int, callback: str) -> Iterator[Kannel]:
        """A Kannel that is ready to be started, in a folder of its own."""
        ports = {name: free_port() for name in ("admin", "box", "sms")}
        with tempfile.TemporaryDirectory(prefix="gateway-kannel-") as folder:
            home = Path(folder)
            (home / "kannel.conf").write_text(_CONFIG.format(smsc=smsc_port, window=WINDOW, **ports))
            yield Kannel(self, home, ports["sms"], ports["admin"], callback)


def unpack() -> Tools:
    """Download and unpack the packages unless they are there; ``KannelMissing`` where that cannot be."""
    tools = Tools(CACHE / "root")
    if not (tools.root / "usr/sbin/bearerbox").exists():
        if shutil.which("apt-get") is None:
            raise KannelMissing("its packages are those of a Debian 12")
        CACHE.mkdir(exist_ok=True)
        try:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=CACHE, check=True, capture_output=True)  # noqa: S603, S607 - words of our own
            for package in CACHE.glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, tools.root], check=True)  # noqa: S603, S607 - words of our own
        except (OSError, subprocess.CalledProcessError) as error:
            raise KannelMissing(f"its packages cannot be unpacked: {error}") from None
    return tools


@contextlib.asynccontextmanager
async def running(kannel: Kannel) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Start both boxes, wait until the door is open, and stop them at the end."""
    boxes = []
    try:
        for name, port in (("bearerbox", kannel.admin_port), ("smsbox", kannel.sms_port)):
            program = kannel.tools.root / "usr/sbin" / name
            boxes.append(
                await asyncio.create_subprocess_exec(
                    *(program, "-v", "4", "kannel.conf"),
                    cwd=kannel.home,
                    env=kannel.tools.environment,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            )
            await _until_open(port, boxes[-1])
        yield boxes
    finally:
        for box in reversed(boxes):
            if box.returncode is None:
                box.terminate()
            await box.wait()


async def _until_open(port: int, box: asyncio.subprocess.Process) -> None:
    deadline = time.perf_counter() + READY_WITHIN_S
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        if box.returncode is not None or time.perf_counter() > deadline:
            raise KannelMissing("it does not start here")
        await asyncio.sleep(0.02)


class Sink(asyncio.Protocol):
    """Takes HTTP calls and counts them by the value of ``s``: 1 is delivered, 8 taken by the SMSC."""

    def __init__(self, told: Counter[bytes]) -> None:
        self._told = told
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each call that is whole."""
        assert self._transport is not None
        *calls, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for call in calls:
            self._told[call.partition(b"s=")[2].partition(b" ")[0]] += 1
        self._transport.write(_DONE * len(calls))


_DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
DELIVERED = b"1"


@contextlib.asynccontextmanager
async def sink() -> AsyncIterator[tuple[str, Counter[bytes]]]:
    """Where callbacks go, and what they said so far."""
    told: Counter[bytes] = Counter()
    server = await asyncio.get_running_loop().create_server(lambda: Sink(told), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/dlr", told
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class AfterKill:
    """What ``kill -9`` of both boxes did to what had been accepted."""

    accepted: int
    lost: int
    doubled: int


async def kill_with_a_full_window(tools: Tools, messages: int = 3_000) -> AfterKill:
    """Kill Kannel while a whole window is without an answer, start it again, and compare with what the SMSC saw."""
    async with running_smsc(find_node(), {"delayMs": 50, "receipts": "none"}) as smsc, sink() as (callback, _):
        with tools.configured(smsc.port, callback) as kannel:
            async with running(kannel) as boxes:
                accepted = await _hand_in(kannel, messages)
                await smsc.saw("submit_sm", messages // 3)
                for box in boxes:
                    box.kill()
                    await box.wait()
            async with running(kannel):
                await _quiet(lambda: len(smsc.seen("submit_sm")))
        seen = Counter(each["pdu"]["short_message"]["message"] for each in smsc.seen("submit_sm"))
    return AfterKill(len(accepted), len(accepted - seen.keys()), seen.total() - len(seen))


async def _hand_in(kannel: Kannel, messages: int) -> set[str]:
    """Hand messages in over a few connections, each unlike every other; those that were accepted."""
    numbers, accepted = iter(range(messages)), set()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", kannel.sms_port)
        for number in numbers:
            text = f"message {number}"
            writer.write(f"GET {kannel.path('33612345678', text)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            if head.split()[1] == b"202":
                accepted.add(text)
        writer.close()

    await asyncio.gather(*(client() for _ in range(8)))
    return accepted


async def _quiet(count: Callable[[], int]) -> None:
    """Until nothing more came for longer than Kannel waits before it connects again."""
    before = -1
    while before != (before := count()):  # noqa: ASYNC110 - another process counts
        await asyncio.sleep(12)


_CONFIG = """\
group = core
admin-port = {admin}
admin-password = bar
smsbox-port = {box}
log-level = 2
log-file = "bearerbox.log"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
store-type = file
store-location = store.file

group = smsc
smsc = smpp
smsc-id = north
host = 127.0.0.1
port = {smsc}
transceiver-mode = true
smsc-username = u
smsc-password = p
system-type = ""
max-pending-submits = {window}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sms}
log-level = 2
log-file = "smsbox.log"

group = sendsms-user
username = u
password = p
max-messages = 10
concatenation = true

group = sms-service
keyword = default
text = none
omit-empty = true
"""

if __name__ == "__main__":
    print(asyncio.run(kill_with_a_full_window(unpack())))  # noqa: T201 - what it was asked for
    sys.exit(0)
