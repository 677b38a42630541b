"""Mail written by machines is known, and only alarms become SMS (RFC 3834)."""

import pytest

from gateway.smtp.automatic import Automatic, automatic_sender
from gateway.smtp.reading import MailLimits, read_mail

REPLY, REPORT, LIST = Automatic.REPLY, Automatic.REPORT, Automatic.MAILING_LIST


def judge(header: str) -> Automatic | None:
    return read_mail(f"From: a@b.example\r\n{header}\r\n\r\ntext".encode(), MailLimits()).automatic


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("Subject: hello", None),
        ("Auto-Submitted: no", None),
        ("Precedence: first-class", None),
        ("X-Auto-Response-Suppress: None", None),
        ("Auto-Submitted: auto-replied (vacation)", REPLY),
        ("Auto-Submitted: Auto-Replied; owner-email=x", REPLY),
        ("X-Autoreply: yes", REPLY),
        ("Precedence: auto_reply", REPLY),
        ("Auto-Submitted: auto-generated\r\nIn-Reply-To: <1@x>", REPLY),  # how Exchange says out of office
        ("X-Auto-Response-Suppress: All\r\nIn-Reply-To: <1@x>", REPLY),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=B", REPORT),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=B", REPORT),
        ("Precedence: bulk", LIST),
        ("Precedence: list", LIST),
        ("List-Id: <news.example>", LIST),
        ("List-Unsubscribe: <mailto:x@y.example>", LIST),
        ("Content-Type: text/calendar; method=REPLY", Automatic.CALENDAR_RESPONSE),
        ("Content-Type: text/calendar; method=REQUEST", None),
        ("X-SMS-Gateway-Letter: sms.example\r\nAuto-Submitted: auto-replied", Automatic.OWN_LETTER),
        ("Auto-Submitted: auto-generated", Automatic.GENERATED),
        ("X-Auto-Response-Suppress: OOF", Automatic.GENERATED),
    ],
)
def test_a_machine_gives_itself_away_in_the_headers(header: str, verdict: Automatic | None) -> None:
    assert judge(header) is verdict


@pytest.mark.parametrize(
    ("mail_from", "verdict"),
    [
        ("alice@client.example", None),
        ("noreply@shop.example", None),
        ("<>", REPORT),
        ("", REPORT),
        ("MAILER-DAEMON@mx.example", REPORT),
        ("owner-news@list.example", LIST),
        ("news-request@list.example", LIST),
        ("news-bounces@list.example", LIST),
    ],
)
def test_a_machine_gives_itself_away_in_the_envelope(mail_from: str, verdict: Automatic | None) -> None:
    assert automatic_sender(mail_from) is verdict


def test_an_invitation_answered_deep_inside_is_seen() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain\r\n\r\nAccepted\r\n"
        b"--B\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n--B--\r\n"
    )
    assert read_mail(raw, MailLimits()).automatic is Automatic.CALENDAR_RESPONSE


@pytest.mark.parametrize(
    ("calendar", "verdict"),
    [
        ("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", Automatic.CALENDAR_RESPONSE),
        ("BEGIN:VCALENDAR\nmethod:counter\n", Automatic.CALENDAR_RESPONSE),
        ("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", None),
        ("BEGIN:VCALENDAR\r\nDESCRIPTION:METHOD:REPLY\r\n", None),
        ("", None),
    ],
)
def test_an_answer_without_its_label_shows_in_the_calendar(calendar: str, verdict: Automatic | None) -> None:
    assert judge(f"Content-Type: text/calendar\r\n\r\n{calendar}") is verdict


def test_of_all_machines_only_alarms_write_to_be_read() -> None:
    assert [each for each in Automatic if each.becomes_sms] == [Automatic.GENERATED]
