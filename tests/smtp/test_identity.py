"""One mail to one number is one SMS, by whatever path it comes."""

from dataclasses import replace

from gateway.smtp.identity import dedup_key
from gateway.smtp.reading import MailLimits, read_mail

NUMBER = "+33639981234"
HEAD = b"From: a@b.example\r\nDate: Mon, 23 Nov 2026 08:00:00 +0100\r\nSubject: s\r\n"


def key(raw: bytes, number: str = NUMBER, delivery: int = 1) -> str:
    return dedup_key(read_mail(raw, MailLimits()), number, delivery)


def test_a_key_is_64_hexadecimal_digits() -> None:
    assert len(bytes.fromhex(key(HEAD + b"\r\ntext"))) == 32


def test_the_same_message_id_is_the_same_sms_whatever_else_changed() -> None:
    one = b"Message-ID: <1@b.example>\r\n"
    other = b"Received: from x\r\nMessage-ID:\r\n <1@b.example>\r\n"
    assert key(one + HEAD + b"\r\ntext") == key(other + HEAD + b"\r\ntext with a footer")


def test_another_message_id_or_another_number_is_another_sms() -> None:
    mail = b"Message-ID: <1@b.example>\r\n" + HEAD + b"\r\ntext"
    assert len({key(mail), key(mail, "+33639981235"), key(mail.replace(b"<1@", b"<2@"))}) == 3


def test_without_message_id_trace_headers_and_recoding_do_not_matter() -> None:
    direct = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xa9t\xc3\xa9\r\n"
    relayed = (
        b"Received: from mx by mx2\r\nReturn-Path: <a@b.example>\r\n"
        + HEAD
        + b"Content-Type: text/plain; charset=utf-8"
        b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9t=C3=A9\r\n"
    )
    assert key(direct) == key(relayed)


def test_without_message_id_each_fact_counts() -> None:
    mail = read_mail(HEAD + b"\r\ntext", MailLimits())
    others = (
        replace(mail, from_header="x"),
        replace(mail, date_header="x"),
        replace(mail, subject="x"),
        replace(mail, text_body="x"),
    )
    assert len({dedup_key(each, NUMBER, 1) for each in (mail, *others)}) == 5


def test_an_empty_message_id_is_none() -> None:
    assert key(b"Message-ID: <>\r\n" + HEAD + b"\r\ntext") != key(b"Message-ID: <>\r\n" + HEAD + b"\r\nother")


def test_how_often_a_mail_is_delivered_does_not_matter() -> None:
    for mail in (b"Message-ID: <1@b.example>\r\n\r\ntext", HEAD + b"\r\ntext"):
        assert key(mail, delivery=1) == key(mail, delivery=2)


def test_a_device_that_tells_neither_id_nor_date_means_each_of_its_mails() -> None:
    """The same alarm in the same words, a year later, is no repetition of the first."""
    alarm = b"From: door@b.example\r\n\r\nDoor open"
    assert key(alarm, delivery=1) != key(alarm, delivery=2)
    assert key(alarm, delivery=1) == key(alarm, delivery=1)
