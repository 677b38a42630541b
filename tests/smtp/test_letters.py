"""Letters tell each recipient's news once, in the reader's language and zone, within the thread of the mail."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.words import News
from gateway.smtp.automatic import Automatic
from gateway.smtp.letters import (
    Letterhead,
    RecipientNews,
    Thread,
    forwarded_letter,
    low_credit_letter,
    news_letter,
    unreadable_letter,
)
from gateway.smtp.mailer import Letter
from gateway.smtp.reading import MailLimits, ReadMail, read_mail
from gateway.wording import Language, read_wording
from plans.words import Reason

WORDING = read_wording()
NOW = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # a Friday, 20:00 in Paris
OPENING = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
HEAD = Letterhead("alice@client.example", "<n1@sms.example>", NOW, "sms.example", Language.EN, ZoneInfo("Europe/Paris"))
THREAD = Thread("<2@client.example>", "<0@client.example> <1@client.example>", "Rappel été")
DELIVERED = RecipientNews("+33639981234", News.DELIVERED, NOW, parts=1, units=1)
FAILED = RecipientNews("+33639981235", News.FAILED, NOW, Reason.CARRIER_REJECTED, parts=2, units_back=2)
REFUSED = RecipientNews("+33639981236", News.REFUSED, NOW, Reason.OPTED_OUT)
HELD = RecipientNews("+33639981237", News.HELD, NOW, Reason.OUTSIDE_WINDOW, parts=1, units=1, held_until=OPENING)


def parsed(letter: Letter) -> EmailMessage:
    return message_from_bytes(letter.content, policy=default)


def text(letter: Letter) -> str:
    return str(parsed(letter).get_content()).replace("\r\n", "\n")


def explained(news: RecipientNews) -> str:
    words = WORDING.reason(cast(Reason, news.reason), Language.EN)
    return f"{words.text} {words.cure}"


def read(letter: Letter) -> ReadMail:
    return read_mail(letter.content, MailLimits())


def test_what_stands_in_for_what_was_written_is_told() -> None:
    """Beside what it cost: an accent that is gone must not surprise whoever wrote it."""
    told = text(news_letter(WORDING, HEAD, THREAD, [replace(DELIVERED, replaced='« → ", ç → c')]))
    assert 'Sent with other characters, so that it takes fewer parts: « → ", ç → c\n' in told


def test_a_receipt_says_which_number_when_and_what_it_cost() -> None:
    assert text(news_letter(WORDING, HEAD, THREAD, [DELIVERED])) == (
        "News of your message:\n\n"
        "+33639981234: delivered, 2026-11-27 20:00 (1 part, 1 unit)\n\n"
        "This mail was written by a machine. Times are in the zone Europe/Paris.\n"
    )


def test_several_news_of_one_mail_share_a_letter() -> None:
    paragraphs = text(news_letter(WORDING, HEAD, THREAD, [DELIVERED, FAILED, REFUSED, HELD])).split("\n\n")
    assert [paragraph.split("\n") for paragraph in paragraphs[1:-1]] == [
        ["+33639981234: delivered, 2026-11-27 20:00 (1 part, 1 unit)"],
        ["+33639981235: failed, 2026-11-27 20:00 (2 parts)", explained(FAILED), "Given back: 2 units."],
        ["+33639981236: refused", explained(REFUSED)],
        ["+33639981237: held until 2026-11-28 10:00 (1 part)", explained(HELD)],
    ]


def test_a_french_reader_gets_french() -> None:
    french = replace(HEAD, language=Language.FR)
    assert "+33639981237 : retenu jusqu'au 28/11/2026 à 10:00 (1 partie)" in text(
        news_letter(WORDING, french, THREAD, [HELD])
    )


def test_a_letter_continues_the_thread() -> None:
    letter = parsed(news_letter(WORDING, HEAD, THREAD, [DELIVERED]))
    assert letter["Subject"] == "Re: Rappel été"
    assert letter["In-Reply-To"] == "<2@client.example>"
    assert letter["References"] == "<0@client.example> <1@client.example> <2@client.example>"
    assert (letter["Message-ID"], letter["Date"].datetime) == ("<n1@sms.example>", NOW)


@pytest.mark.parametrize(("subject", "answer"), [("RE: Rappel", "RE: Rappel"), ("", "Re: Your SMS")])
def test_a_subject_is_answered_once(subject: str, answer: str) -> None:
    assert parsed(news_letter(WORDING, HEAD, replace(THREAD, subject=subject), [DELIVERED]))["Subject"] == answer


@pytest.mark.parametrize(
    ("news", "sender"),
    [
        ([DELIVERED], "+33639981234@sms.example"),
        ([DELIVERED, FAILED], "postmaster@sms.example"),
        ([replace(REFUSED, number="06 12> <x@y")], "postmaster@sms.example"),  # as the client wrote it
    ],
)
def test_news_come_from_the_one_number_that_they_are_about(news: list[RecipientNews], sender: str) -> None:
    assert parsed(news_letter(WORDING, HEAD, THREAD, news))["From"].addresses[0].addr_spec == sender


def test_message_ids_are_never_broken_up_nor_encoded() -> None:
    """Outlook's are longer than a line, and a thread is found by comparing them."""
    long = f"<{'a' * 300}@client.example>"
    letter = news_letter(WORDING, HEAD, Thread(long, f"<{'b' * 300}@x>", "s"), [DELIVERED])
    assert f"\r\nIn-Reply-To: {long}\r\n".encode() in letter.content
    assert f"\r\nReferences: <{'b' * 300}@x> {long}\r\n".encode() in letter.content


def test_of_a_long_thread_the_latest_references_are_kept() -> None:
    references = " ".join(f"<{number:04}@client.example>" for number in range(500))
    kept = parsed(news_letter(WORDING, HEAD, replace(THREAD, references=references), [DELIVERED]))["References"].split()
    assert kept[-2:] == ["<0499@client.example>", "<2@client.example>"]
    assert len(" ".join(kept)) <= 900


def test_a_mail_without_message_id_is_answered_without_references() -> None:
    letter = parsed(news_letter(WORDING, HEAD, Thread(subject="s"), [DELIVERED]))
    assert (letter["In-Reply-To"], letter["References"]) == (None, None)


@pytest.mark.parametrize(
    ("letter", "submitted"),
    [
        (news_letter(WORDING, HEAD, THREAD, [DELIVERED]), "auto-replied"),
        (unreadable_letter(WORDING, HEAD, THREAD, Reason.NO_TEXT), "auto-replied"),
        (low_credit_letter(WORDING, HEAD, 12), "auto-generated"),
        (forwarded_letter(WORDING, HEAD, "abuse", "x@y.example", b"Subject: spam\r\n\r\n"), "auto-generated"),
    ],
    ids=["news", "unreadable", "low credit", "forwarded"],
)
def test_every_letter_says_that_a_machine_wrote_it_and_is_known_when_it_comes_back(
    letter: Letter, submitted: str
) -> None:
    assert parsed(letter)["Auto-Submitted"] == submitted
    assert read(letter).automatic is Automatic.OWN_LETTER


def test_a_mail_of_which_nothing_was_made_is_told_why() -> None:
    assert "No SMS was made of your mail.\nThe mail holds no text to send. Write the message in the body" in text(
        unreadable_letter(WORDING, HEAD, THREAD, Reason.NO_TEXT)
    )


def test_low_credit_says_how_much_is_left_already_in_the_subject() -> None:
    letter = low_credit_letter(WORDING, HEAD, 12)
    assert parsed(letter)["Subject"] == "Few SMS left: 12 units"
    assert "Your account has 12 units left." in text(letter)


def test_a_forwarded_mail_is_attached_untouched() -> None:
    raw = b"From: x@y.example\r\nSubject: spam\r\n\r\n--nothing\r\n\xff\r\n"
    letter = forwarded_letter(WORDING, HEAD, "abuse", "<x@y.example>", raw)
    cover, attached = message_from_bytes(letter.content, policy=default).iter_parts()
    assert cover.get_content().strip() == "The attached mail was sent to abuse by x@y.example."
    assert attached.get_content()["Subject"] == "spam"
    assert raw in letter.content


def test_a_reader_beyond_ascii_is_addressed_in_utf8() -> None:
    letter = news_letter(WORDING, replace(HEAD, to="renée@client.example"), THREAD, [DELIVERED])
    assert "\r\nTo: renée@client.example\r\n".encode() in letter.content


@given(subject=st.text(max_size=500))
def test_no_subject_adds_a_header_or_breaks_a_line(subject: str) -> None:
    mail = read_mail(b"Subject: " + subject.encode("utf-8", "replace") + b"\r\n\r\n", MailLimits())
    letter = news_letter(WORDING, HEAD, replace(THREAD, subject=mail.subject), [DELIVERED])
    header = letter.content.partition(b"\r\n\r\n")[0]
    assert parsed(letter).keys() == parsed(news_letter(WORDING, HEAD, THREAD, [DELIVERED])).keys()
    assert max(map(len, header.split(b"\r\n"))) <= 998


def test_a_text_that_cost_more_for_a_few_characters_says_so() -> None:
    told = text(news_letter(WORDING, HEAD, THREAD, [replace(DELIVERED, parts=2, outside_gsm="ç\u200dê")]))
    assert "Sent as Unicode, where a part holds 70 characters and not 160, because of: ç ê" in told
