"""The mail that brings somebody's SMS: from its number, in the thread that it answers, and itself to be answered."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.accounts.words import StopScope
from gateway.sms.answers import Answer
from gateway.sms.words import Meaning
from gateway.smtp.letters import Letterhead, ReadersWords, Thread, letter_in_thread
from gateway.smtp.mailer import Letter
from gateway.wording import Language, Wording, read_wording

_QUOTED = 160  # characters of the message that was answered


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom an answer is told, and in which thread."""

    address: str
    language: Language
    zone: ZoneInfo
    scope: StopScope
    thread: Thread | None  # the mail that became the message; None where there is none to answer


@dataclass(frozen=True, slots=True)
class Told:
    """Whom an answer is told, and where it can be answered."""

    addressee: Addressee
    reply_address: str  # the local part of the address


def answer_letter(wording: Wording, domain: str, now: datetime, answer: Answer, told: Told) -> Letter:
    """The letter.

    It bears the words of a person, so it is not marked as automatic: RFC 3834, 5 keeps that mark off what somebody
    wrote by hand, and help desks drop what has it. Its return path is empty, and Exchange is asked not to answer.
    """
    to = told.addressee
    head = Letterhead(to.address, f"<answer-{answer.inbound_id}@{domain}>", now, domain, to.language, to.zone)
    words = ReadersWords(wording, head)
    thread = to.thread or _thread_of_its_own(words, answer)
    message = letter_in_thread(words, thread, "no", told.reply_address, answer.phone)
    message["Reply-To"] = f'"{answer.phone}" <{told.reply_address}@{domain}>'
    message.set_content("\n\n".join(_paragraphs(words, answer, to.scope)) + "\n", cte="quoted-printable")
    return Letter(head.to, message.as_bytes())


def endings(phone: str) -> list[str]:
    """How such letters end, in every language: below it, nothing is ours."""
    return [read_wording().phrase("answer_how", language, number=phone) for language in Language]


def _thread_of_its_own(words: ReadersWords, answer: Answer) -> Thread:
    """All answers of a phone that answer no mail hang on one id, which no mail has: clients show them together."""
    root = f"<sms-{answer.claim.account_id}-{answer.phone.removeprefix('+')}@{words.head.domain}>"
    return Thread(root, "", words.phrase("subject_answer", number=answer.phone))


def _paragraphs(words: ReadersWords, answer: Answer, scope: StopScope) -> list[str]:
    """What the phone said, what it answers, what follows from it, and how to answer; in this order (``quotations``)."""
    return [
        answer.text,
        _occasion(words, answer),
        *([words.phrase("answer_ambiguous")] if answer.ambiguous else []),
        *([words.phrase("answer_missing")] if answer.missing_parts else []),
        *_consequence(words, answer, scope),
        *([] if answer.meaning is Meaning.STOP else [words.phrase("answer_how", number=answer.phone)]),
    ]


def _occasion(words: ReadersWords, answer: Answer) -> str:
    if answer.message_at is None:
        return words.phrase("answer_first", number=answer.phone)
    text = " ".join((answer.message_text or "").split())
    short = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return words.phrase("answer_to", number=answer.phone, at=words.moment(answer.message_at), text=short)


_CONSEQUENCES = {Meaning.START: "answer_start", Meaning.HELP: "answer_help"}


def _consequence(words: ReadersWords, answer: Answer, scope: StopScope) -> list[str]:
    if answer.meaning is Meaning.STOP:
        return [words.phrase(f"answer_stop_{scope}")]
    key = _CONSEQUENCES.get(answer.meaning)
    return [words.phrase(key)] if key else []
