"""Somebody who listens to notifications: a small HTTP server on this machine that writes down what it hears."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Ear:
    """What was heard, and what is answered."""

    url: str = ""
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)  # path with query, headers, body
    status: int = 202
    validates: bool = True  # whether a ``validationToken`` is answered as Microsoft Graph wants it


@contextmanager
def listening() -> Iterator[Ear]:
    """Listen until the block ends."""
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        """One notification."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            ear.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
            answer = token.encode() if ear.validates else b"what token?"
            self.send_response(200 if token else ear.status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer) if token else 0))
            self.end_headers()
            self.wfile.write(answer if token else b"")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        ear.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield ear
        server.shutdown()
        thread.join()
