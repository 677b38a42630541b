"""The SMTP conversation on real sockets: commands, recipients, and what may follow what."""

import pytest

from gateway.smtp.addresses import NumberAddress, Role, RoleAddress
from gateway.smtp.reception import Dialect
from plans.words import MessageClass, Reason
from tests.smtp.callers import PASSWORD, House, base64_of
from tests.smtp.conftest import Serve


async def test_a_mail_is_answered_250_with_the_id_under_which_it_is_stored(house: House) -> None:
    caller = await house.caller()
    assert await caller.mail() == "250 2.0.0 queued as 1"
    ((envelope, raw),) = house.reception.stored
    assert raw == b"Subject: x\r\n\r\nhello\r\n"
    assert (envelope.mail_from, [each.e164 for each in envelope.recipients]) == ("staff@client.test", ["0612345678"])


async def test_many_mails_may_follow_one_another(house: House) -> None:
    caller = await house.caller()
    assert [await caller.mail() for _ in range(30)] == [f"250 2.0.0 queued as {number}" for number in range(1, 31)]


async def test_each_recipient_has_its_own_answer(house: House) -> None:
    house.reception.refused = {"0140000000": Reason.NUMBER_LANDLINE, "0612000000": Reason.OPTED_OUT}
    caller = await house.caller()
    answers = await caller.open_mail(b"0612345678", b"0140000000", b"0612000000", b"0698765432")
    assert answers[1:] == [
        "250 2.1.5 Recipient accepted",
        "550 5.1.1 <number_landline>",
        "550 5.7.1 <opted_out>",
        "250 2.1.5 Recipient accepted",
    ]
    await caller.say(b"DATA")
    await caller.say(b"hello\r\n.")
    ((envelope, _),) = house.reception.stored
    assert [each.e164 for each in envelope.recipients] == ["0612345678", "0698765432"]


async def test_the_reception_is_told_who_asks_for_whom(house: House) -> None:
    caller = await house.caller()
    await caller.say(b"MAIL FROM:<staff@client.test>", b"RCPT TO:<+33612345678+marketing@clinic.sms.test>")
    ((session, mail_from, recipient),) = house.reception.seen
    assert (str(session.peer.address), session.peer.encrypted, session.helo) == ("127.0.0.1", False, "client.test")
    assert (session.proof, session.dialect, mail_from) == (None, Dialect.SMTP, "staff@client.test")
    assert recipient == NumberAddress(
        "+33612345678+marketing@clinic.sms.test", "+33612345678", MessageClass.MARKETING, "clinic"
    )


@pytest.mark.parametrize("address", [b"postmaster", b"Postmaster@sms.test", b"POSTMASTER@clinic.sms.test"])
async def test_postmaster_is_always_an_address(house: House, address: bytes) -> None:
    caller = await house.caller()
    answers = await caller.say(b"MAIL FROM:<>", b"RCPT TO:<" + address + b">")
    assert answers[1] == "250 2.1.5 Recipient accepted"
    assert house.reception.seen[0][2] == RoleAddress(address.decode(), Role.POSTMASTER)


async def test_a_flood_to_postmaster_and_abuse_is_put_off_but_a_client_s_mail_is_not(serve: Serve) -> None:
    house, _ = await serve(max_role_mails_per_hour=2)
    caller = await house.caller()
    await caller.say(b"MAIL FROM:<stranger@far.test>")
    answers = await caller.say(
        *[b"RCPT TO:<postmaster>", b"RCPT TO:<abuse@sms.test>"] * 2, b"RCPT TO:<0612345678@sms.test>"
    )
    assert [answer[:9] for answer in answers] == ["250 2.1.5", "250 2.1.5", "452 4.7.1", "452 4.7.1", "250 2.1.5"]
    client = await house.caller()
    await client.say(b"AUTH PLAIN " + base64_of(f"\0staff\0{PASSWORD}"))
    assert (await client.say(b"MAIL FROM:<staff@client.test>", b"RCPT TO:<postmaster>"))[1][:3] == "250"


async def test_the_null_sender_is_the_empty_string(house: House) -> None:
    caller = await house.caller()
    await caller.say(b"MAIL FROM:<>", b"RCPT TO:<abuse@sms.test>")
    assert house.reception.seen[0][1] == ""


async def test_ehlo_offers_what_is_honoured_and_nothing_else(serve: Serve) -> None:
    """DSN and CHUNKING are not offered; AUTH in clear only because the peer is on this machine."""
    house, _ = await serve(max_mail_bytes=5000, max_recipients=3)
    caller = await house.call()
    assert await caller.reply() == "220 sms.test ESMTP ready"
    (answer,) = await caller.say(b"EHLO client.test")
    assert [line[4:] for line in answer.split("\n")] == [
        "sms.test",
        "PIPELINING",
        "SIZE 5000",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
        "STARTTLS",
        "AUTH PLAIN LOGIN",
        "LIMITS RCPTMAX=3",
    ]


async def test_a_pipelined_batch_is_answered_in_order(house: House) -> None:
    caller = await house.call()
    answers = await caller.say(
        b"",
        b"EHLO client.test",
        b"MAIL FROM:<staff@client.test>",
        b"RCPT TO:<0612345678@sms.test>",
        b"RCPT TO:<0612345678@elsewhere.test>",
        b"NOOP",
        b"DATA",
    )
    assert [answer[:3] for answer in [*answers, await caller.reply()]] == (
        ["220", "500", "250", "250", "250", "550", "250", "354"]
    )


async def test_what_follows_the_mail_in_one_piece_is_obeyed_after_it(house: House) -> None:
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"one\r\n.", b"MAIL FROM:<b@client.test>", b"RSET", b"QUIT")
    assert (await caller.rest()).decode().split("\r\n") == [
        "354 End data with <CR><LF>.<CR><LF>",
        "250 2.0.0 queued as 1",
        "250 2.1.0 Sender noted",
        "250 2.0.0 OK",
        "221 2.0.0 Bye",
        "",
    ]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"MAIL FROM:staff@client.test", "501 5.1.7"),
        (b"MAIL FROM:<staff>", "501 5.1.7"),
        (b"MAIL", "501 5.1.7"),
        (b"MAIL FROM:<a@b.test> SIZE=999999999", "552 5.3.4"),
        (b"MAIL FROM:<a@b.test> SIZE=many", "501 5.5.4"),
        (b"MAIL FROM:<a@b.test> RET=HDRS", "555 5.5.4"),
        (b"MAIL FROM:<a@b.test> SIZE=1 SIZE=1", "501 5.5.4"),
        (b"MAIL FROM:<a@b.test> SIZE==1", "501 5.5.4"),
        (b"DATA now", "501 5.5.4"),
        (b"STARTTLS now", "501 5.5.4"),
        (b"MAIL FROM:<a@b.test> BODY=BINARYMIME", "501 5.5.4"),
        (b"MAIL FROM:<a@b.test> AUTH=<>", "250 2.1.0"),
        (b"mail from:<a@b.test> size=12 body=8bitmime smtputf8", "250 2.1.0"),
        (b"MAIL FROM: <a@b.test>", "250 2.1.0"),
        ("MAIL FROM:<zoé@b.test>".encode(), "553 5.6.7"),
        ("MAIL FROM:<zoé@b.test> SMTPUTF8".encode(), "250 2.1.0"),
        (b"MAIL FROM:<\xff@b.test>", "500 5.5.2"),
        (b"RCPT TO:<0612345678@sms.test>", "503 5.5.1"),
        (b"DATA", "503 5.5.1"),
        (b"VRFY 0612345678", "252 2.1.5"),
        (b"EXPN staff", "502 5.5.1"),
        (b"HELP", "214 2.0.0"),
        (b"RSET now", "501 5.5.4"),
        (b"NOOP anything", "250 2.0.0"),
        (b"EHLO", "501 5.5.4"),
        (b"BDAT 12 LAST", "500 5.5.2"),
        (b"", "500 5.5.2"),
        (b"NOOP\rNOOP", "500 5.5.2"),
        (b"NOOP \0", "500 5.5.2"),
        (b"NOOP " + b"x" * 3000, "500 5.5.2"),
        (b"QUIT now", "501 5.5.4"),
    ],
)
async def test_each_command_is_answered_with_both_codes(house: House, line: bytes, answer: str) -> None:
    caller = await house.caller()
    (given,) = await caller.say(line)
    assert given[:9] == answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (b"<>", "501 5.1.3"),
        (b"<0612345678>", "501 5.1.3"),
        (b"0612345678@sms.test", "501 5.1.3"),
        (b"<@relay.test:0612345678@sms.test>", "501 5.1.3"),
        (b"<+33(0)612345678@sms.test>", "501 5.1.3"),
        (b"<06 12 34 56 78@sms.test>", "501 5.1.3"),
        (b"<0612345678@elsewhere.test>", "550 5.7.1"),
        (b"<someone@sms.test>", "550 5.1.3"),
        (b"<0612345678@sms.test> NOTIFY=NEVER", "555 5.5.4"),
        ("<٠٦١٢٣٤٥٦٧٨@sms.test>".encode(), "553 5.6.7"),
    ],
)
async def test_what_is_no_address_of_ours_is_refused_at_once(house: House, path: bytes, answer: str) -> None:
    """Comments, source routes, missing brackets or domains: nothing is guessed, for a guess may text a stranger."""
    caller = await house.caller()
    answers = await caller.say(b"MAIL FROM:<staff@client.test>", b"RCPT TO:" + path)
    assert answers[1][:9] == answer
    assert house.reception.seen == []


async def test_digits_of_another_script_are_no_number_even_under_smtputf8(house: House) -> None:
    caller = await house.caller()
    answers = await caller.say(b"MAIL FROM:<a@client.test> SMTPUTF8", "RCPT TO:<٠٦١٢٣٤٥٦٧٨@sms.test>".encode())
    assert answers[1] == "550 5.1.3 <number_invalid>"


async def test_commands_have_an_order(house: House) -> None:
    caller = await house.call()
    await caller.reply()
    assert (await caller.say(b"MAIL FROM:<a@b.test>"))[0][:9] == "503 5.5.1"
    assert await caller.say(b"HELO client.test") == ["250 sms.test"]
    answers = await caller.say(b"MAIL FROM:<a@b.test>", b"MAIL FROM:<a@b.test>", b"DATA")
    assert [answer[:9] for answer in answers] == ["250 2.1.0", "503 5.5.1", "503 5.5.1"]


async def test_a_new_hello_and_a_reset_forget_the_mail_under_way(house: House) -> None:
    caller = await house.caller()
    for word in (b"RSET", b"EHLO again.test"):
        await caller.open_mail(b"0612345678")
        answers = await caller.say(word, b"DATA")
        assert answers[1][:9] == "503 5.5.1"


async def test_recipients_past_the_limit_are_put_off_and_the_others_served(serve: Serve) -> None:
    house, _ = await serve(max_recipients=2)
    caller = await house.caller()
    answers = await caller.open_mail(b"0612345671", b"0612345672", b"0612345673")
    assert answers[3] == "452 4.5.3 <too_many_recipients>"
    await caller.say(b"DATA")
    assert await caller.say(b".") == ["250 2.0.0 queued as 1"]


async def test_refused_recipients_count_too(serve: Serve) -> None:
    """Or a stranger could try numbers without end in one mail."""
    house, _ = await serve(max_recipients=2)
    caller = await house.caller()
    answers = await caller.open_mail(b"nobody", b"nobody", b"0612345673")
    assert answers[3][:9] == "452 4.5.3"
