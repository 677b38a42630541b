"""What machines write to each other never becomes an SMS, and is never answered."""

import asyncio
import smtplib

import pytest
from sqlalchemy import select

from gateway.smtp.tables import mail
from gateway.smtp.words import MailState
from plans.words import Reason
from tests.stories.gateway import Gateway, Sender
from tests.waiting import PATIENCE_S, eventually


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "List-Id: news <news.alice.example>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "X-SMS-Gateway-Letter: yes",
    ],
)
async def test_an_automatic_mail_becomes_no_sms_and_gets_no_answer(line: str, gateway: Gateway, alice: Sender) -> None:
    await alice.send_raw(f"From: {alice.address}\r\n{line}\r\n\r\nI am away\r\n".encode(), "0639981234")
    (filed,) = await eventually(lambda: gateway.running.engine.read(lambda c: c.execute(select(mail)).all()))
    await gateway.at_rest()
    assert (filed.state, filed.reason) == (MailState.REFUSED, Reason.AUTOMATIC_MAIL)
    assert await gateway.messages() == []
    assert await gateway.letters(alice.address) == []


async def test_the_null_sender_is_refused_at_rcpt(gateway: Gateway) -> None:
    def bounce() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", gateway.port, "client.example", PATIENCE_S) as smtp:
            smtp.ehlo()
            smtp.mail("<>")
            return smtp.rcpt("0639981234@sms.localhost")

    code, _ = await asyncio.to_thread(bounce)
    assert code == 554


async def test_mail_to_postmaster_is_taken_from_anybody_and_passed_on(gateway: Gateway) -> None:
    def complain() -> None:
        with smtplib.SMTP("127.0.0.1", gateway.port, "client.example", PATIENCE_S) as smtp:
            smtp.sendmail("victim@elsewhere.example", ["postmaster@sms.localhost"], "Subject: Help\r\n\r\nHello\r\n")

    await asyncio.to_thread(complain)
    letter = await gateway.letter("postmaster@sms.localhost")
    assert "victim@elsewhere.example" in letter.as_string()
    assert await gateway.messages() == []
