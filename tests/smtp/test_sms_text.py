"""The text of the SMS is what the sender's settings take from the mail."""

import pytest

from gateway.accounts.words import Content
from gateway.smtp.reading import UNREADABLE, ReadMail
from gateway.smtp.sms_text import sms_text, until_marker
from plans.words import Reason

MAIL = ReadMail(subject="Rappel", text_body="Mardi 14h")


@pytest.mark.parametrize(
    ("content", "text"),
    [(Content.BODY, "Mardi 14h"), (Content.SUBJECT, "Rappel"), (Content.BOTH, "Rappel\nMardi 14h")],
)
def test_body_subject_or_both_become_the_text(content: Content, text: str) -> None:
    assert sms_text(MAIL, content, None) == text


@pytest.mark.parametrize(
    ("mail", "content"),
    [
        (ReadMail(subject="Rappel"), Content.BODY),
        (ReadMail(text_body="Mardi"), Content.SUBJECT),
        (ReadMail(), Content.BOTH),
        (ReadMail(text_body="#end\nrest"), Content.BODY),
    ],
)
def test_a_mail_without_the_wanted_text_is_refused(mail: ReadMail, content: Content) -> None:
    assert sms_text(mail, content, "#end") is Reason.NO_TEXT


def test_an_unreadable_mail_is_refused_as_such() -> None:
    assert sms_text(UNREADABLE, Content.BOTH, None) is Reason.MAIL_UNREADABLE


@pytest.mark.parametrize(
    ("text", "marker", "kept"),
    [
        ("a\n***\nb", "***", "a"),
        ("a\n#END of text\nb", "#end", "a"),
        ("a *** b", "***", "a *** b"),  # within a line it is text
        ("a\nb", "#end", "a\nb"),
        ("a\nb", None, "a\nb"),
        ("a\nb", " ", "a\nb"),
    ],
)
def test_the_text_ends_above_the_line_that_begins_with_the_marker(text: str, marker: str | None, kept: str) -> None:
    assert until_marker(text, marker) == kept
