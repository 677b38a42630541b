"""The same mail is the same SMS, however often and in however many pieces it is delivered."""

from tests.stories.gateway import Gateway, Sender

MAIL = b"From: staff@alice.example\r\nMessage-ID: <once@alice.example>\r\nSubject: RDV\r\n\r\nBonjour\r\n"


async def test_a_mail_that_is_delivered_three_times_is_one_sms(gateway: Gateway, alice: Sender) -> None:
    for _ in range(3):
        await alice.send_raw(MAIL, "0639981234")
    await gateway.at_rest()
    assert await gateway.phone() == [("+33639981234", "Bonjour")]
    assert await gateway.units_left(alice) == 99


async def test_a_mail_split_over_deliveries_is_one_sms_for_each_number(gateway: Gateway, alice: Sender) -> None:
    """A front that retries may group the recipients otherwise, and relays add their own header lines."""
    await alice.send_raw(MAIL, "0639981234", "0639981235")
    await alice.send_raw(b"Received: from a.example\r\n" + MAIL, "0639981235", "0639981236")
    await alice.send_raw(MAIL, "0639981236", "0639981234")
    await gateway.at_rest()
    assert sorted(await gateway.phone()) == [
        ("+33639981234", "Bonjour"),
        ("+33639981235", "Bonjour"),
        ("+33639981236", "Bonjour"),
    ]
    assert await gateway.units_left(alice) == 97
    assert await gateway.discrepancies() == []


async def test_the_same_words_in_another_mail_are_another_sms(gateway: Gateway, alice: Sender) -> None:
    await alice.send_raw(MAIL, "0639981234")
    await alice.send_raw(MAIL.replace(b"once", b"twice"), "0639981234")
    await gateway.at_rest()
    assert len(await gateway.messages()) == 2
