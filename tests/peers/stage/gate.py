"""A gate in front of a server that we did not write: it lets requests through, or answers them itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_NOT_OURS = {"connection", "content-length", "transfer-encoding", "content-encoding", "host"}


@dataclass
class Gate:
    """What is answered in the server's place."""

    url: str = ""
    refusals: list[tuple[int, str | None]] = field(default_factory=list)  # status and Retry-After of the next requests
    shut: int | None = None  # the status of every request from now on
    signs_in: tuple[str, str] | None = None  # as whom it brings those in who say no name
    requests: list[str] = field(default_factory=list)  # method and path of every request

    def refusal(self) -> tuple[int, str | None] | None:
        """Of the request that comes now; None lets it through."""
        if self.shut is not None:
            return self.shut, None
        return self.refusals.pop(0) if self.refusals else None


@contextmanager
def gate_before(server: str) -> Iterator[Gate]:
    """Open a gate before the server at an address; it is closed with the block."""
    gate = Gate()

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            gate.requests.append(f"{self.command} {self.path}")
            if (refusal := gate.refusal()) is not None:
                status, retry_after = refusal
                self._answer(status, {"Retry-After": retry_after} if retry_after else {}, b"")
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_OURS}
            own = None if "Authorization" in self.headers else gate.signs_in
            answer = client.request(self.command, self.path, headers=headers, content=body, auth=own)
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_OURS}
            self._answer(answer.status_code, kept, answer.content)

        # under these names the base class looks for what answers a method
        do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_OPTIONS = do_HEAD = do_any  # noqa: N815 - as http.server calls them

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with (
        httpx.Client(base_url=server, trust_env=False, timeout=30) as client,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener,
    ):
        listener.daemon_threads = True
        gate.url = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield gate
        finally:
            listener.shutdown()
            thread.join()
