"""The mails that we write: news of messages, few units left, and mail for the postmaster passed on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gateway.sms.words import News
from gateway.smtp.automatic import OWN_MARK
from gateway.smtp.mailer import Letter
from gateway.wording import Language, Wording
from plans.words import Reason

_E164 = re.compile(r"\+[0-9]{4,15}")
_REFERENCES = 900  # characters: one line of the field, below the 998 of RFC 5322, 2.1.1
_SUBJECT = 250  # characters
_FEW_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every letter needs to know of its reader and of the hour."""

    to: str  # the proven envelope sender of the mail, or the address of the account
    message_id: str  # of this letter, with its angle brackets
    date: datetime
    domain: str  # of the gateway
    language: Language
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Thread:
    """The mail that a letter answers; empty texts where it had none."""

    message_id: str = ""
    references: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str
    kind: str  # a MIME type; a text is in UTF-8
    content: bytes


@dataclass(frozen=True, slots=True)
class RecipientNews:
    """What became of the message to one number; ``units`` are those charged and not given back."""

    number: str
    news: News  # DELIVERED, FAILED, REFUSED or HELD
    at: datetime
    reason: Reason | None = None
    parts: int = 0
    units: int = 0
    units_back: int = 0
    held_until: datetime | None = None
    outside_gsm: str = ""  # the characters for which a long text travels as UCS-2, and costs more parts
    replaced: str = ""  # the characters that stand in for others, so that it costs fewer


def news_letter(wording: Wording, head: Letterhead, thread: Thread, news: Sequence[RecipientNews]) -> Letter:
    """Everything there is to tell about one mail, a paragraph for each recipient; the receipt of what was delivered.

    News of a single number come from that number, so that the thread shows it and an answer goes there; what a client
    wrote in place of a number is no address to write from.
    """
    words = ReadersWords(wording, head)
    numbers = {each.number for each in news}
    only = numbers.pop() if len(numbers) == 1 else ""
    message = _answer(words, thread, only if _E164.fullmatch(only) else "postmaster")
    paragraphs = [words.phrase("greeting"), *(_paragraph(words, each) for each in news)]
    return finished_letter(words, message, paragraphs)


def unreadable_letter(wording: Wording, head: Letterhead, thread: Thread, reason: Reason) -> Letter:
    """No message was made of the mail at all, and why."""
    words = ReadersWords(wording, head)
    return finished_letter(words, _answer(words, thread), [f"{words.phrase('unreadable')}\n{words.explained(reason)}"])


def low_credit_letter(wording: Wording, head: Letterhead, units_left: int) -> Letter:
    """The account runs low; belongs to no thread."""
    words = ReadersWords(wording, head)
    left = words.count("unit", units_left)
    message = blank_letter(words, words.phrase("subject_low_credit", units=left), "auto-generated")
    return finished_letter(words, message, [words.phrase("low_credit", units=left)])


def forwarded_letter(wording: Wording, head: Letterhead, role: str, mail_from: str, raw: bytes) -> Letter:
    """Mail to postmaster or abuse for the person who reads it, attached untouched and unparsed (RFC 2046, 5.2.1)."""
    words = ReadersWords(wording, head)
    boundary = sha256(raw).hexdigest()  # cannot stand in what it is made from
    message = blank_letter(words, words.phrase("subject_forwarded", role=role), "auto-generated")
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    message["Content-Transfer-Encoding"] = "8bit"
    header = b"".join(message.policy.fold_binary(name, value) for name, value in message.items())
    cover = EmailMessage(SMTP)
    sender = mail_from.strip("<>") or words.phrase("nobody")
    cover.set_content(words.phrase("forwarded", role=role, sender=sender), cte="quoted-printable")
    del cover["MIME-Version"]
    attached = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + raw
    line = f"\r\n--{boundary}".encode()
    body = b"".join((line, b"\r\n", cover.as_bytes(), line, b"\r\n", attached, line, b"--\r\n"))
    return Letter(head.to, header + body)


class _LetterPolicy(EmailPolicy):
    """Header lines of RFC 5322; the standard library would break a long message id into encoded words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One field as octets."""
        if name.lower() in ("message-id", "in-reply-to", "references"):
            return f"{name}: {value}\r\n".encode()
        return super().fold_binary(name, value)


@dataclass(frozen=True, slots=True)
class ReadersWords:
    """The wording as one reader gets it: their language, their zone."""

    wording: Wording
    head: Letterhead

    def phrase(self, key: str, **values: object) -> str:
        """A phrase with its braces filled in."""
        return self.wording.phrase(key, self.head.language, **values)

    def count(self, noun: str, number: int) -> str:
        """So many of something."""
        return self.phrase(f"{noun}_one" if abs(number) == 1 else f"{noun}_many", count=number)

    def moment(self, instant: datetime) -> str:
        """An instant by the reader's clock."""
        return self.phrase("moment", at=instant.astimezone(self.head.zone))

    def explained(self, reason: Reason) -> str:
        """What is the matter, and what to do."""
        words = self.wording.reason(reason, self.head.language)
        return f"{words.text} {words.cure}"


def _paragraph(words: ReadersWords, news: RecipientNews) -> str:
    """What happened, then why and what to do, then the units that came back."""
    values: dict[str, Any] = {
        "number": news.number,
        "at": words.moment(news.at),
        "until": words.moment(news.held_until or news.at),
        "parts": words.count("part", news.parts),
        "units": words.count("unit", news.units),
    }
    lines = [words.phrase(news.news.value, **values)]
    if news.outside_gsm:
        seen = [each for each in news.outside_gsm if each.isprintable()]  # what joins emoji is not to be seen
        lines.append(words.phrase("unicode", characters=" ".join(seen[:_FEW_CHARACTERS])))
    if news.replaced:
        lines.append(words.phrase("replaced", characters=news.replaced))
    if news.reason:
        lines.append(words.explained(news.reason))
    if news.units_back:
        lines.append(words.phrase("refunded", units=words.count("unit", news.units_back)))
    return "\n".join(lines)


def _answer(words: ReadersWords, thread: Thread, sender: str = "postmaster") -> EmailMessage:
    return letter_in_thread(words, thread, "auto-replied", sender)


def letter_in_thread(
    words: ReadersWords, thread: Thread, submitted: str, sender: str, name: str = "SMS"
) -> EmailMessage:
    """A letter within the thread of a mail (RFC 5322, 3.6.4)."""
    subject = thread.subject or words.phrase("subject_news")
    again = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    message = blank_letter(words, again, submitted, sender, name)
    if thread.message_id:
        message["In-Reply-To"] = thread.message_id
        message["References"] = _references(thread)
    return message


def _references(thread: Thread) -> str:
    """The thread with the mail itself at the end, the oldest left out where it grows long."""
    kept: list[str] = []
    room = _REFERENCES
    for each in reversed([*thread.references.split(), thread.message_id]):
        room -= len(each) + 1
        if room < 0:
            break
        kept.append(each)
    return " ".join(reversed(kept))


def blank_letter(
    words: ReadersWords, subject: str, submitted: str, sender: str = "postmaster", name: str = "SMS"
) -> EmailMessage:
    """The headers that every letter has; RFC 3834, 3.1 for those that keep machines from answering."""
    head = words.head
    message = EmailMessage(_LetterPolicy(linesep="\r\n", utf8=not head.to.isascii()))
    message["From"] = f'"{name}" <{sender}@{head.domain}>'
    message["To"] = head.to
    message["Subject"] = " ".join(subject.split())[:_SUBJECT]
    message["Date"] = format_datetime(head.date)
    message["Message-ID"] = head.message_id
    message["Auto-Submitted"] = submitted
    message["X-Auto-Response-Suppress"] = "All"
    message[OWN_MARK] = head.domain
    return message


def finished_letter(
    words: ReadersWords, message: EmailMessage, paragraphs: Sequence[str], enclosure: Enclosure | None = None
) -> Letter:
    """The letter with its text, and with a file where there is one."""
    text = "\n\n".join((*paragraphs, words.phrase("footer", zone=words.head.zone.key)))
    message.set_content(text + "\n", cte="quoted-printable")
    if enclosure:
        kind, subtype = enclosure.kind.split("/")
        params = {"charset": "utf-8"} if kind == "text" else None
        message.add_attachment(
            enclosure.content, maintype=kind, subtype=subtype, filename=enclosure.name, params=params
        )
    return Letter(words.head.to, message.as_bytes())
