"""Calendars that are published as files and never rest, and a memory of what each appointment was at every moment."""

import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gateway.engine.clock import SystemClock

#: The rule of the calendars: reminders leave so long before.
BEFORE = timedelta(hours=1)

#: How long the server keeps a reader waiting: the file is as it was when it was asked for.
_ANSWER_S = 0.15

now = SystemClock().now


@dataclass(frozen=True, slots=True)
class Version:
    """What an appointment is from a moment on."""

    since: datetime
    start: datetime
    has_number: bool = True
    cancelled: bool = False
    deleted: bool = False

    @property
    def is_reminded(self) -> bool:
        """Whether its patient is to be told."""
        return self.has_number and not self.cancelled and not self.deleted


@dataclass
class Visit:
    """One appointment; each has a phone of its own."""

    uid: str
    number: str  # as it is written
    versions: list[Version]

    def during(self, since: datetime, until: datetime) -> Iterator[Version]:
        """What it was at any moment between two."""
        for each, following in zip(self.versions, [*self.versions[1:], None], strict=True):
            if each.since <= until and (following is None or following.since >= since):
                yield each


@dataclass
class Diary:
    """One calendar: its owner's hand in it, the file, and when the file was asked for."""

    name: str
    first_phone: int
    visits: list[Visit] = field(default_factory=list)
    fetched: list[datetime] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def disturb(self, chance: random.Random) -> None:
        """Something happens: mostly a new appointment, else a change of one."""
        with self.lock:
            if len(self.visits) < 4 or chance.random() < 0.3:
                self._create(chance)
            else:
                self._change(chance.choice(self.visits), chance)

    def close(self, chance: random.Random, due_in_s: tuple[float, float]) -> None:
        """The last word on each appointment: most take place, and their reminders are still to come."""
        with self.lock:
            for each in self.visits:
                fate = chance.choice(("", "", "", "cancelled", "deleted", "has_number"))
                last = Version(
                    now(),
                    _start(chance, *due_in_s),
                    has_number=fate != "has_number",
                    cancelled=fate == "cancelled",
                    deleted=fate == "deleted",
                )
                each.versions.append(last)

    def text(self) -> bytes:
        """The file as it is now; whoever reads it knows this moment."""
        with self.lock:
            self.fetched.append(now())
            events = [line for each in self.visits if not each.versions[-1].deleted for line in _event(each)]
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//crash//EN", f"X-WR-CALNAME:{self.name}"]
        return "\r\n".join([*head, *events, "END:VCALENDAR", ""]).encode()

    def _create(self, chance: random.Random) -> None:
        phone = self.first_phone + len(self.visits)
        number = f"06 39 98 {phone // 50:02} {10 + phone % 50}"
        self.visits.append(Visit(f"{self.name}-{phone}", number, [Version(now(), _start(chance, 2, 8))]))

    def _change(self, visit: Visit, chance: random.Random) -> None:
        last = replace(visit.versions[-1], since=now())
        match chance.choice(("move", "move", "cancelled", "deleted", "has_number")):
            case "move":
                changed = replace(last, start=_start(chance, 2, 8))
            case "cancelled":
                changed = replace(last, cancelled=not last.cancelled)
            case "deleted":
                changed = replace(last, deleted=not last.deleted)
            case _:
                changed = replace(last, has_number=not last.has_number)
        visit.versions.append(changed)


def _start(chance: random.Random, soonest_s: float, latest_s: float) -> datetime:
    """A start whose reminder is due in so many seconds; files know whole seconds only."""
    due = now() + timedelta(seconds=chance.uniform(soonest_s, latest_s))
    return (due + BEFORE).replace(microsecond=0)


def _event(visit: Visit) -> list[str]:
    last = visit.versions[-1]
    return [
        "BEGIN:VEVENT",
        f"UID:{visit.uid}",
        f"DTSTAMP:{_ics(last.since)}",
        f"CREATED:{_ics(visit.versions[0].since - timedelta(hours=2))}",
        f"DTSTART:{_ics(last.start)}",
        f"DTEND:{_ics(last.start + timedelta(minutes=20))}",
        f"STATUS:{'CANCELLED' if last.cancelled else 'CONFIRMED'}",
        f"SUMMARY:Visit {visit.number if last.has_number else ''}",
        "END:VEVENT",
    ]


def _ics(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@contextlib.contextmanager
def published(diaries: dict[str, Diary]) -> Iterator[int]:
    """Serve each diary under its name on 127.0.0.1; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            """One reader, which may be killed at any moment."""
            with contextlib.suppress(ConnectionError):
                super().handle()

        def do_GET(self) -> None:
            """The file, a little late."""
            body = diaries[self.path.strip("/").removesuffix(".ics")].text()
            threading.Event().wait(_ANSWER_S)
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def disturbed(diaries: dict[str, Diary], seed: int, pause_s: float) -> Iterator[None]:
    """Disturb them all the time until left."""
    chance, told_to_stop = random.Random(seed), threading.Event()  # noqa: S311 - what happens, not secrets

    def disturb() -> None:
        while not told_to_stop.wait(pause_s):
            chance.choice(list(diaries.values())).disturb(chance)

    thread = threading.Thread(target=disturb, daemon=True)
    thread.start()
    try:
        yield
    finally:
        told_to_stop.set()
        thread.join()
