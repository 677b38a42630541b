"""A mail becomes an SMS, is charged once, and news of it comes back in the same thread."""

from gateway.sms.words import Alphabet, MessageState
from gateway.wording import Language
from plans.words import Reason
from tests.stories.gateway import Gateway, Sender


async def test_a_mail_is_delivered_charged_and_answered_in_its_thread(gateway: Gateway, alice: Sender) -> None:
    assert await alice.send("Rendez-vous demain.", "0639981234", subject="RDV", message_id="<1@alice.example>") == {}
    letter = await gateway.letter(alice.address)
    await gateway.at_rest()
    (message,) = await gateway.messages()
    assert (message.state, message.to, message.parts, message.units) == (
        MessageState.DELIVERED,
        "+33639981234",
        1,
        1,
    )
    assert len(message.lots) == 1
    assert await gateway.phone() == [("+33639981234", "Rendez-vous demain.")]
    assert (letter["In-Reply-To"], letter["References"]) == ("<1@alice.example>", "<1@alice.example>")
    assert "+33639981234: delivered" in letter.get_content()
    assert await gateway.discrepancies() == []


async def test_each_recipient_that_must_be_refused_is_refused_for_its_own_reason(
    gateway: Gateway, alice: Sender
) -> None:
    """Three replies of 5xx at RCPT, each with its reason and cure; the other two get their SMS."""
    refused = await alice.send("Bonjour", "0639981234", "0123456789", "12", "+14155552671", "0639981235")
    await gateway.at_rest()
    assert {local.partition("@")[0]: answer for local, answer in refused.items()} == {
        "0123456789": (550, b"5.1.1 This is a landline; it cannot receive an SMS. Use a mobile number."),
        "12": (
            550,
            b"5.1.3 This is not a phone number that can exist. Write 0612345678 or +33612345678 before the @.",
        ),
        "+14155552671": (
            550,
            b"5.7.1 This destination is not open for your account. Ask us to open it, then send again.",
        ),
    }
    assert sorted(number for number, _ in await gateway.phone()) == ["+33639981234", "+33639981235"]


async def test_a_french_client_is_refused_in_french_in_the_letters_that_smtp_has(gateway: Gateway) -> None:
    marie = await gateway.client("marie", language=Language.FR)
    refused = await marie.send("Bonjour", "0123456789")
    words = b"5.1.1 C'est une ligne fixe ; elle ne peut pas recevoir de SMS. Utilisez un numero de mobile."
    assert list(refused.values()) == [(550, words)]


async def test_one_cedilla_in_a_hundred_characters_costs_two_and_the_receipt_says_so(
    gateway: Gateway, alice: Sender
) -> None:
    text = "ç" + "a" * 99
    await alice.send(text, "0639981234")
    letter = await gateway.letter(alice.address)
    (message,) = await gateway.messages()
    assert (message.encoding, message.parts, message.units) == (Alphabet.UCS2, 2, 2)
    assert "2 parts, 2 units" in letter.get_content()


async def test_an_emoji_arrives_whole_however_long_the_text(gateway: Gateway, alice: Sender) -> None:
    text = "a" * 66 + "\N{FAMILY}\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}" * 10
    await alice.send(text, "0639981234")
    await gateway.at_rest()
    assert await gateway.phone() == [("+33639981234", text)]


async def test_all_numbers_of_one_mail_share_a_letter(gateway: Gateway, alice: Sender) -> None:
    await alice.send("Bonjour", "0639981234", "0639981290", "0639981291")
    await gateway.at_rest()
    letters = await gateway.letters(alice.address)
    told = "\n".join(letter.get_content() for letter in letters)
    assert [number in told for number in ("+33639981234", "+33639981290", "+33639981291")] == [True] * 3


async def test_a_failed_send_is_refunded_once(gateway: Gateway, alice: Sender) -> None:
    """Refused by the carrier: the unit comes back. Taken and not delivered: it does not (terms, article 6.1)."""
    await alice.send("Bonjour", "0639981291", "0639981290")
    await gateway.at_rest()
    outcomes = {message.to: (message.state, message.reason) for message in await gateway.messages()}
    assert outcomes == {
        "+33639981291": (MessageState.FAILED, Reason.CARRIER_REJECTED),
        "+33639981290": (MessageState.FAILED, Reason.NOT_DELIVERED),
    }
    assert await gateway.units_left(alice) == 99
    assert await gateway.discrepancies() == []
