"""A server on this machine that answers as a test scripted it, and keeps what it was asked."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def form(self) -> Mapping[str, str]:
        """The body as the fields of a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Answer:
    """What is answered; a body of bytes goes as it is, any other as JSON."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Cut:
    """The connection is closed without an answer."""


class Responder:
    """Answers come in the order in which they were scripted; without one, 500."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.url = ""
        self._answers: list[Answer | Cut] = []
        self._standing: dict[str, Answer] = {}

    def script(self, *answers: Answer | Cut) -> None:
        """Answer so from now on, one after the other."""
        self._answers.extend(answers)

    def always(self, path: str, answer: Answer) -> None:
        """Answer so to one path, and do not count it."""
        self._standing[path] = answer

    def answer(self, asked: Asked) -> Answer | Cut:
        """Keep the request and take the next answer."""
        if asked.path in self._standing:
            return self._standing[asked.path]
        self.asked.append(asked)
        return self._answers.pop(0) if self._answers else Answer({"error": "the test scripted no more answers"}, 500)

    def paths(self) -> list[str]:
        """What was asked for, without the queries."""
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def responding(tls: ssl.SSLContext | None = None) -> Iterator[Responder]:
    """A responder on a free port; with ``tls`` it is ``https://localhost``."""
    responder = Responder()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(responder))
    responder.url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{server.server_address[1]}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield responder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(responder: Responder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: the second would wait for an acknowledgement of the first

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            answer = responder.answer(self._asked())
            self.close_connection = isinstance(answer, Cut)
            if isinstance(answer, Answer):
                self._send(answer)

        def _asked(self) -> Asked:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Asked(self.command, parts.path, query, headers, body)

        def _send(self, answer: Answer) -> None:
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
