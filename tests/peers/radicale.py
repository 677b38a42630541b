"""Radicale, a CalDAV server that we did not write, as a process of its own with one user."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.service_process import free_port

USER, PASSWORD = "practitioner", "radicale"
_READY_WITHIN = 500  # looks of a fiftieth of a second

_COLLECTION = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set><C:comp name="{component}"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>"""


class RadicaleNotReady(Exception):
    """The server did not start; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Radicale:
    """The running server, and a client that may do everything."""

    port: int
    client: httpx.Client
    folder: Path  # where its collections lie

    @property
    def url(self) -> str:
        """Of the server."""
        return f"http://127.0.0.1:{self.port}/"

    def make_calendar(self, path: str, name: str, component: str = "VEVENT") -> str:
        """Make an empty calendar of the user; its address."""
        body = _COLLECTION.format(name=name, component=component)
        self._ask("MKCALENDAR", f"/{USER}/{path}/", body)
        return f"{self.url}{USER}/{path}/"

    def put(self, path: str, uid: str, text: bytes) -> None:
        """Write the event (or series with its exceptions) of a UID."""
        self._ask("PUT", f"/{USER}/{path}/{uid}.ics", text)

    def get(self, path: str, uid: str) -> bytes:
        """What it keeps of a UID."""
        return self._ask("GET", f"/{USER}/{path}/{uid}.ics").content

    def delete(self, path: str, uid: str = "") -> None:
        """Remove an event, or the whole calendar."""
        self._ask("DELETE", f"/{USER}/{path}/{uid}.ics" if uid else f"/{USER}/{path}/")

    def _ask(self, method: str, path: str, body: str | bytes = b"") -> httpx.Response:
        answer = self.client.request(method, path, content=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


@contextmanager
def running_radicale(folder: Path) -> Iterator[Radicale]:
    """Start the server with its files in ``folder``; it ends with the block."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    port = free_port()
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "storage-filesystem-folder": str(folder / "collections"),
        "logging-level": "error",
    }
    command = [
        sys.executable,
        "-m",
        "radicale",
        "--config",
        "",
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:  # noqa: S603 - our own
        try:
            _wait(process, port)
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", auth=(USER, PASSWORD), trust_env=False, timeout=30
            ) as client:
                yield Radicale(port, client, folder / "collections")
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(_READY_WITHIN):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        break
    assert process.stderr is not None
    process.kill()
    raise RadicaleNotReady(process.stderr.read().decode()[-2_000:])
