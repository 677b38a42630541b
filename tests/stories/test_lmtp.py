"""Behind a mail server that speaks LMTP, each recipient has an answer of its own."""

from tests.smtp.callers import Caller
from tests.stories.gateway import Gateway, Sender


async def test_lmtp_answers_for_each_recipient_at_rcpt_and_after_the_mail(gateway: Gateway, alice: Sender) -> None:
    """The front has proven the sender; two of three recipients are promised, and both promises are kept."""
    assert gateway.running.lmtp_port is not None
    front = await Caller.at(gateway.running.lmtp_port)
    await front.greet(b"LHLO front.example")
    await front.say(b"MAIL FROM:<" + alice.address.encode() + b">")
    answers = await front.say(*(b"RCPT TO:<" + alice.gateway_address(each).encode() + b">" for each in NUMBERS))
    assert [answer[:9] for answer in answers] == ["250 2.1.5", "550 5.1.1", "250 2.1.5"]
    await front.say(b"DATA")
    front.send(b"From: " + alice.address.encode(), b"Message-ID: <lmtp@alice.example>", b"", b"Bonjour", b".")
    assert [(await front.reply())[:9] for _ in range(2)] == ["250 2.0.0", "250 2.0.0"]
    await front.hang_up()
    await gateway.at_rest()
    assert sorted(await gateway.phone()) == [("+33639981234", "Bonjour"), ("+33639981235", "Bonjour")]


NUMBERS = ("0639981234", "0123456789", "0639981235")
