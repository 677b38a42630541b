"""An answer by SMS arrives in the thread of the mail that it answers, and answering that mail sends an SMS."""

from email.message import EmailMessage
from email.utils import parseaddr

from gateway.accounts.words import Notify
from plans.words import Reason
from tests.stories.gateway import Gateway, Sender
from tests.waiting import eventually

PHONE = "+33639981234"


def said(letter: EmailMessage) -> str:
    return str(letter.get_content())


def address_of(letter: EmailMessage) -> str:
    """The local part of the address that a letter is answered at."""
    return parseaddr(letter["Reply-To"])[1].partition("@")[0]


def quoted(letter: EmailMessage) -> str:
    """The letter as a mail client quotes it."""
    lines = "\n".join(f"> {line}".rstrip() for line in said(letter).splitlines())
    return f"Le lun. 23 nov. 2026 à 10:00, {letter['From']} a écrit :\n\n{lines}"


async def test_mail_sms_answer_mail_answer_sms(gateway: Gateway, alice: Sender) -> None:
    await alice.send("Rendez-vous demain à 10h.", PHONE, subject="RDV", message_id="<1@alice.example>")
    await gateway.at_rest()
    await gateway.reply(PHONE, "Je serai en retard 😀")
    letter = await gateway.letter_saying(alice.address, "en retard 😀")
    assert (letter["In-Reply-To"], letter["References"], letter["Subject"]) == (
        *("<1@alice.example>", "<1@alice.example>", "Re: RDV"),
    )
    assert letter["From"] == f"{PHONE} <{address_of(letter)}@{gateway.settings.domain}>"
    assert (letter["Auto-Submitted"], letter.get_content_type(), letter.get_content_charset()) == (
        *("no", "text/plain", "utf-8"),
    )
    assert said(letter).startswith(f"Je serai en retard 😀\n\n{PHONE}, in answer to your SMS of 2026-11-23 10:00")

    answer = f"Pas de souci.\n\n{quoted(letter)}"
    thread = {"in_reply_to": letter["Message-ID"], "references": f"<1@alice.example> {letter['Message-ID']}"}
    refused = await alice.send(answer, address_of(letter), subject="Re: RDV", message_id="<2@alice.example>", **thread)
    assert refused == {}
    await gateway.at_rest()
    assert await gateway.phone() == [(PHONE, "Rendez-vous demain à 10h."), (PHONE, "Pas de souci.")]

    await gateway.reply(PHONE, "Merci beaucoup")
    again = await gateway.letter_saying(alice.address, "Merci beaucoup")
    assert again["References"].split() == ["<1@alice.example>", letter["Message-ID"], "<2@alice.example>"]
    assert address_of(again) == address_of(letter)
    assert await gateway.discrepancies() == []


async def test_stop_is_told_and_obeyed_and_start_undoes_it(gateway: Gateway, alice: Sender) -> None:
    await alice.send("Promotion", PHONE, message_id="<1@alice.example>")
    await gateway.at_rest()
    await gateway.reply(PHONE, " Stop svp ! ")
    told = await gateway.letter_saying(alice.address, "That is a STOP")
    assert told["In-Reply-To"] == "<1@alice.example>"

    async def is_refused() -> bool:
        return [code for code, _ in (await alice.send("Encore", PHONE)).values()] == [550]

    await eventually(is_refused)  # what was answered at RCPT holds for a moment (``LATELY_S``)
    await gateway.reply(PHONE, "START")
    await gateway.letter_saying(alice.address, "That is a START")

    async def is_let_in() -> bool:
        return await alice.send("Bonjour de nouveau", PHONE) == {}

    await eventually(is_let_in)
    await gateway.at_rest()
    assert [text for _, text in await gateway.phone()] == ["Promotion", "Bonjour de nouveau"]


async def test_what_waits_for_its_window_does_not_leave_after_a_stop(gateway: Gateway, alice: Sender) -> None:
    await alice.send("Bonjour", PHONE)
    await gateway.at_rest()
    gateway.clock.set(gateway.clock.now().replace(hour=22))  # type: ignore[attr-defined]  # the story's own clock
    await alice.send("Soldes", f"{PHONE}+marketing")
    await gateway.at_rest()
    await gateway.reply(PHONE, "STOP")
    await gateway.letter_saying(alice.address, "That is a STOP")
    gateway.clock.set(gateway.clock.now().replace(day=24, hour=12))  # type: ignore[attr-defined]  # the story's own
    await gateway.letter_saying(alice.address, "asked for no more messages")
    assert [each.reason for each in await gateway.messages()] == [None, Reason.OPTED_OUT]
    assert await gateway.units_left(alice) == 99


async def test_only_the_genuine_address_and_only_a_sender_of_that_account_are_let_in(
    gateway: Gateway, alice: Sender
) -> None:
    bob = await gateway.client("bob")
    await alice.send("Bonjour", PHONE)
    await gateway.at_rest()
    await gateway.reply(PHONE, "Oui ?")
    address = address_of(await gateway.letter_saying(alice.address, "Oui ?"))
    forged = address[:-1] + ("a" if address[-1] != "a" else "b")
    wrong = (
        550,
        b"5.1.1 This reply address is wrong, or has expired. Answer a newer mail, or write to the number itself.",
    )
    assert list((await alice.send("Non", forged)).values()) == [wrong]
    assert list((await alice.send("Non", "re-abc")).values()) == [wrong]
    assert [code for code, _ in (await bob.send("Je suis Alice", address)).values()] == [550]
    gateway.clock.set(gateway.clock.now().replace(year=2027, month=2, day=25))  # type: ignore[attr-defined]  # the story's own
    assert list((await alice.send("Trop tard", address)).values()) == [wrong]
    await gateway.at_rest()
    assert len(await gateway.phone()) == 1


async def test_an_answer_that_may_be_for_another_says_so(gateway: Gateway, alice: Sender) -> None:
    bob = await gateway.client("bob", notify=Notify.NONE)
    for sender in (alice, bob):
        await sender.send("Bonjour", PHONE)
        await gateway.at_rest()
    await gateway.reply(PHONE, "Qui est-ce ?")
    letter = await gateway.letter_saying(bob.address, "Qui est-ce ?")
    assert "Other clients wrote to this phone on the same day" in said(letter)
    assert not [each for each in await gateway.letters(alice.address) if "Qui est-ce" in said(each)]


async def test_an_out_of_office_note_to_an_answer_becomes_no_sms(gateway: Gateway, alice: Sender) -> None:
    await alice.send("Bonjour", PHONE)
    await gateway.at_rest()
    await gateway.reply(PHONE, "Rappelez-moi")
    letter = await gateway.letter_saying(alice.address, "Rappelez-moi")
    await alice.send("Je suis absente.", address_of(letter), auto_submitted="auto-replied")
    await gateway.at_rest()
    assert len(await gateway.phone()) == 1
