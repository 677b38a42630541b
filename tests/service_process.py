"""The real service as a process of its own: started, waited for, killed, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Self

import psutil

ROOT = Path(__file__).parents[1]
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 60.0


class NotReady(Exception):
    """The service ended, or did not answer in time; the text ends with what it said."""


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ServiceProcess:
    """One process of the service, with fixed ports, so that it comes back at the same place after it was killed."""

    data_dir: Path
    database_url: str | None = None  # None: SQLite in the data directory
    roles: tuple[str, ...] = ()  # none named: all of them
    config: Path | None = None
    module: str = "gateway"
    smtp_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        """What it says, over all its lives."""
        return self.data_dir / f"{'-'.join(self.roles) or 'service'}.log"

    def start(self) -> float:
        """Start, and wait until mail is greeted and health is well; the seconds that it took."""
        since = time.perf_counter()
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [sys.executable, "-m", self.module, "serve", *(f"--role={role}" for role in self.roles)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - since > READY_WITHIN_S:
                raise NotReady(f"not ready after {READY_WITHIN_S:g} s:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.005)
        return time.perf_counter() - since

    def kill(self) -> None:
        """End it at once, as the loss of power would: ``kill -9``."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to drain and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def family(self) -> list[psutil.Process]:
        """The process and its children."""
        itself = psutil.Process(self.pid)
        return [itself, *itself.children(recursive=True)]

    def memory_bytes(self) -> int:
        """Resident memory of the process and its children."""
        return sum(each.memory_info().rss for each in self.family())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(how)
        return self._process.wait(STOP_WITHIN_S)

    def _environment(self) -> dict[str, str]:
        ours = {
            "GATEWAY_DATA_DIR": str(self.data_dir),
            "GATEWAY_SMTP_PORT": str(self.smtp_port),
            "GATEWAY_WEB_PORT": str(self.web_port),
            **({"GATEWAY_DATABASE_URL": self.database_url} if self.database_url else {}),
            **({"GATEWAY_CONFIG": str(self.config)} if self.config else {}),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        return {**inherited, **ours}

    def _answers(self) -> bool:
        mail, web = (not self.roles or role in self.roles for role in ("smtp", "web"))
        return (not mail or greets(self.smtp_port)) and (not web or _is_well(self.web_port))


def greets(port: int) -> bool:
    """Whether a mail server answers at this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as caller:
        return caller.recv(4) == b"220 "
    return False


def _is_well(port: int) -> bool:
    question = f"http://127.0.0.1:{port}/healthz"
    with contextlib.suppress(OSError), urllib.request.urlopen(question, timeout=1) as answer:
        return bool(answer.status == HTTPStatus.OK)
    return False


@contextlib.contextmanager
def all_stopped(processes: Sequence[ServiceProcess]) -> Iterator[Sequence[ServiceProcess]]:
    """Whatever happens inside, none of these processes outlives the block."""
    try:
        yield processes
    finally:
        for each in processes:
            if each._process is not None:
                each.kill()
