"""No SMS without credit, and whoever is refused is told what would cure it."""

from gateway.sms.words import MessageState
from plans.words import Reason
from tests.stories.gateway import Gateway

CURE = "Buy a pack, then send again."


async def test_an_empty_account_is_refused_at_rcpt_with_the_cure(gateway: Gateway) -> None:
    poor = await gateway.client("poor", units=0)
    refused = await poor.send("Bonjour", "0639981234")
    assert refused == {
        poor.gateway_address("0639981234"): (
            552,
            f"5.2.2 There are not enough SMS left on the account. {CURE}".encode(),
        )
    }


async def test_no_recipient_is_promised_what_the_credit_cannot_pay(gateway: Gateway) -> None:
    bob = await gateway.client("bob", units=2)
    refused = await bob.send("Bonjour", "0639981234", "0639981235", "0639981236")
    await gateway.at_rest()
    assert list(refused) == [bob.gateway_address("0639981236")]
    assert await gateway.units_left(bob) == 0


async def test_a_text_that_turns_out_too_dear_is_refused_by_letter(gateway: Gateway) -> None:
    """At RCPT nobody knows the text: one unit was enough for the promise, and two are not there."""
    bob = await gateway.client("bob", units=1)
    assert await bob.send("a" * 161, "0639981234", subject="RDV") == {}
    letter = await gateway.letter(bob.address)
    (message,) = await gateway.messages()
    assert (message.state, message.reason) == (MessageState.REJECTED, Reason.NO_CREDIT)
    assert CURE in letter.get_content().replace("\n", " ")
    assert await gateway.units_left(bob) == 1
    assert await gateway.discrepancies() == []
