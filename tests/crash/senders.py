"""Clients that send mail through a service that keeps dying, and try again until each mail is answered 250."""

import contextlib
import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

PATIENCE_S = 10.0  # for one answer
PAUSE_S = 0.02  # before a mail is tried again

#: The last two digits of a sandbox number say what becomes of its SMS: most are delivered, some are not.
ENDINGS = ("34", "35", "36", "37", "90", "91")
REFUSED_ENDING = "91"  # by the carrier, when handed over: the only one whose units come back


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that was answered 250; its text is like no other."""

    text: str
    number: str  # as a local part


@dataclass(eq=False)
class Client(threading.Thread):
    """One client on one connection: the next mail only when the last was answered 250."""

    sender: str
    texts: str  # what its texts begin with
    port: int
    told_to_stop: threading.Event
    answered: list[SentMail] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        """Send until told to stop; a mail that was begun is seen through."""
        door = _Door(self.port)
        for mail in self._mails():
            while not self._is_taken(door, mail):
                self.told_to_stop.wait(PAUSE_S)
            self.answered.append(mail)
            if self.told_to_stop.is_set():
                break
        door.close()

    def _mails(self) -> Iterator[SentMail]:
        for number in count():
            ending = ENDINGS[number % len(ENDINGS)]
            yield SentMail(f"{self.texts} {number}", f"063998{number // len(ENDINGS) % 100:02}{ending}")

    def _is_taken(self, door: "_Door", mail: SentMail) -> bool:
        """Send it once; the Message-ID is the same at every try, so however many were kept, it is one SMS."""
        self.tries += 1
        message_id = f"<{mail.text.replace(' ', '-')}@crash.example>"
        content = f"From: {self.sender}\r\nMessage-ID: {message_id}\r\nSubject: crash\r\n\r\n{mail.text}\r\n"
        try:
            door.open().sendmail(self.sender, f"{mail.number}@sms.localhost", content)
        except (OSError, smtplib.SMTPException):
            door.close()
            return False
        return True


class _Door:
    """A connection that is opened again when it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: smtplib.SMTP | None = None

    def open(self) -> smtplib.SMTP:
        """The connection; ``OSError`` while nobody is there."""
        if self._connection is None:
            self._connection = smtplib.SMTP("127.0.0.1", self._port, "client.example", PATIENCE_S)
        return self._connection

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None
