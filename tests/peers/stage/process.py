"""A peer as a process of its own, and the line to its control room."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]

Json = dict[str, Any]


@contextmanager
def running(module: str, *arguments: str) -> Iterator[int]:
    """Start ``python -m module --port 0``; the port it printed. It is ended by closing its standard input."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


class Control:
    """What tests do behind a provider's back: below ``/_control`` nothing is counted, refused or delayed."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: str) -> Json:
        """Look something up."""
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Json:
        """Do something."""
        return self._ask("POST", path, json=body or {}, params=query)

    def patch(self, path: str, body: Mapping[str, Any], **query: str) -> Json:
        """Change something."""
        return self._ask("PATCH", path, json=body, params=query)

    def delete(self, path: str) -> Json:
        """Remove something."""
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **what: Any) -> Json:
        answer = self._client.request(method, f"/_control{path}", **what)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        told: Json = answer.json() if answer.content else {}
        return told


@dataclass(frozen=True)
class Served:
    """A provider's running server, and its control room."""

    url: str
    control: Control

    def fail(self, kind: str, path: str = "", times: int = 1, **more: Any) -> None:
        """Let something go wrong: one of ``REFUSALS`` of its ``answers``, or what ``stage.accidents`` can do."""
        self.control.post("/faults", {"kind": kind, "path": path, "times": times, **more})

    def book(self) -> Json:
        """Who asked for what, how often."""
        return self.control.get("/book")

    def manners(self, **manners: Any) -> None:
        """Choose among what the provider's documents leave open: see its ``Manners``."""
        self.control.post("/manners", manners)

    def deliveries(self) -> list[Json]:
        """The notifications sent so far."""
        sent: list[Json] = self.control.get("/deliveries")["deliveries"]
        return sent
