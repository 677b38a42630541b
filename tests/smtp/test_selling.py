"""Mails about orders, prices and credit: whom they reach, in which language, and what a mailer that fails does."""

import logging
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from gateway.billing.letters import write_letter
from gateway.billing.standing import accept_terms
from gateway.billing.words import LetterKind, Setback
from gateway.engine.database import Engine
from gateway.smtp.delivery import back_off
from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Refused, Sent
from gateway.smtp.selling import SELLING_LETTERS, SellingLetters
from gateway.wording import Language, read_wording
from tests.billing.buyers import RULES, new_buyer
from tests.billing.test_particulars import SELLER, SELLING, given_back, sold
from tests.clock import StoppedClock

#: What billing writes down for each kind.
FACTS: dict[LetterKind, dict[str, Any]] = {
    LetterKind.ORDER_RECEIVED: {"item": "PACK-1000", "quantity": 2, "invoice": "F2026-000001", "amount": "120.00"},
    LetterKind.TERMS_ACCEPTED: {"version": "2023-09-27"},
    LetterKind.INVOICE_ISSUED: {"invoice": "F2026-000001", "amount": "9.59", "due": "9.59", "due_on": "2026-12-23"},
    LetterKind.CREDIT_NOTE_ISSUED: {"invoice": "A2026-000001", "amount": "9.59", "due": "-9.59", "due_on": None},
    LetterKind.PAYMENT_FAILED: {"invoice": "F2026-000001", "amount": "9.59", "why": "declined", "retry_at": None},
    LetterKind.SERVICE_SUSPENDED: {},
    LetterKind.PRICE_REVISED: {
        "item": "SOLO",
        "applies_on": "2027-03-14",
        "refuse_until": "2027-03-13",
        "month": "8.99",
        "year": "85.00",
    },
    LetterKind.LOW_CREDIT: {"units": 12},
    LetterKind.LOT_ENDS: {"label": "PACK-1000", "units": 1, "days": 7, "ends_at": "2027-03-01T23:00:00+00:00"},
}


class Postbox:
    """Keeps letters, and answers by heart."""

    def __init__(self, *answers: MailOutcome) -> None:
        self.letters: list[EmailMessage] = []
        self._answers = list(answers)

    async def send(self, letter: Letter) -> MailOutcome:
        """Take a letter."""
        self.letters.append(message_from_bytes(letter.content, policy=policy.default))
        return self._answers.pop(0) if self._answers else Sent()

    async def close(self) -> None:
        """Nothing is kept open."""


async def a_letter(engine: Engine, kind: LetterKind) -> None:
    """Billing has something to tell Alice."""
    account_id = await new_buyer(engine)
    await engine.write(lambda connection: write_letter(connection, engine.stamp(), account_id, kind, **FACTS[kind]))


def by(engine: Engine, postbox: Postbox) -> SellingLetters:
    return SellingLetters(engine, postbox, read_wording(), "sms.example")


@pytest.mark.parametrize("kind", list(LetterKind))
async def test_every_kind_of_letter_reaches_who_is_billed_once(engine: Engine, kind: LetterKind) -> None:
    postbox = Postbox()
    await a_letter(engine, kind)
    assert [await by(engine, postbox).run_once() for _ in range(2)] == [1, 0]
    (letter,) = postbox.letters
    assert (letter["To"], letter["Auto-Submitted"]) == ("billing@alice.example", "auto-generated")
    assert "{" not in letter["Subject"] + letter.get_content()


async def test_a_new_price_names_its_days(engine: Engine) -> None:
    """R17: when it applies, and until when it may be refused."""
    postbox = Postbox()
    await a_letter(engine, LetterKind.PRICE_REVISED)
    await by(engine, postbox).run_once()
    told = postbox.letters[0].get_content()
    assert [each in told for each in ("SOLO", "14/03/2027", "13/03/2027", "8.99 EUR")] == [True] * 4


async def test_the_accepted_version_of_the_terms_is_mailed(engine: Engine) -> None:
    """Article 1 of the terms; in the language of the client."""
    postbox = Postbox()
    await a_letter(engine, LetterKind.TERMS_ACCEPTED)
    await by(engine, postbox).run_once()
    (letter,) = postbox.letters
    assert "dans leur version du 2023-09-27" in " ".join(letter.get_content().split())


async def test_the_text_of_the_terms_goes_with_the_mail(engine: Engine) -> None:
    """Article 1: word for word, in the language of the client."""
    postbox = Postbox()
    account_id = await new_buyer(engine)
    await engine.write(
        lambda c: accept_terms(c, engine.stamp(), "tests", RULES, account_id=account_id, version="2023-09-27")
    )
    await by(engine, postbox).run_once()
    (text,) = postbox.letters[0].iter_attachments()
    assert text.get_filename() == "terms-2023-09-27.txt"
    assert text.get_content() == RULES.terms_texts["2023-09-27", Language.FR]


async def test_an_invoice_is_mailed_with_its_pdf(engine: Engine) -> None:
    """With who sells in the configuration; the sum, and what is to be done about it, stand in the mail too."""
    postbox = Postbox()
    await sold(engine, SELLING)
    await by(engine, postbox).run_once()
    (letter,) = postbox.letters
    told, pdf = letter.iter_parts()
    assert letter["Subject"] == "Facture F2026-000001 : 12.00 EUR"
    assert (pdf.get_filename(), pdf.get_content_type()) == ("F2026-000001.pdf", "application/pdf")
    assert pdf.get_content().startswith(b"%PDF-")
    assert "À régler : 12.00 EUR, au plus tard le 23/11/2026." in told.get_content()


async def test_an_invoice_of_nobody_is_written_out(engine: Engine) -> None:
    """Nobody filled in who sells: the client gets the lines in the mail itself."""
    postbox = Postbox()
    await sold(engine, RULES)
    await by(engine, postbox).run_once()
    told = postbox.letters[0].get_content()
    assert "Pack SMS PACK-1000 : 10.00 EUR" in told
    assert "10.00 EUR HT, 2.00 EUR de TVA, 12.00 EUR TTC." in told


async def test_a_paper_that_is_not_sound_is_not_sent(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """The news goes out all the same, and the log says what is wrong without naming anybody."""
    postbox = Postbox()
    await sold(engine, replace(SELLING, seller=replace(SELLER, siren="")))
    with caplog.at_level(logging.ERROR):
        await by(engine, postbox).run_once()
    assert not postbox.letters[0].is_multipart()
    assert "which is not sound: seller" in caplog.text


async def test_a_credit_note_is_mailed_like_an_invoice(engine: Engine) -> None:
    postbox = Postbox()
    issued = await sold(engine, SELLING)
    await given_back(engine, SELLING, issued)
    await by(engine, postbox).run_once()
    subjects = [each["Subject"] for each in postbox.letters]
    assert subjects == ["Facture F2026-000001 : 12.00 EUR", "Avoir A2026-000001 : 12.00 EUR"]


@pytest.mark.parametrize("why", list(Setback))
@pytest.mark.parametrize("retry_at", [None, "2027-01-01T09:00:00+00:00"])
async def test_a_payment_that_failed_says_why_and_what_to_do(
    engine: Engine, why: Setback, retry_at: str | None
) -> None:
    postbox = Postbox()
    account_id = await new_buyer(engine)
    facts = {"invoice": "F2026-000001", "amount": "9.59", "why": why, "retry_at": retry_at}
    kind = LetterKind.PAYMENT_FAILED
    await engine.write(lambda connection: write_letter(connection, engine.stamp(), account_id, kind, **facts))
    await by(engine, postbox).run_once()
    told = " ".join(postbox.letters[0].get_content().split())
    assert read_wording().phrase(f"payment_{why}", Language.FR, **facts) in told
    assert ("Nous réessayons : 01/01/2027 à 10:00." in told) is bool(retry_at)


async def test_instants_are_told_in_the_zone_of_the_client(engine: Engine) -> None:
    postbox = Postbox()
    await a_letter(engine, LetterKind.LOT_ENDS)
    await by(engine, postbox).run_once()
    assert "02/03/2027 à 00:00" in postbox.letters[0].get_content()


async def test_a_letter_that_did_not_leave_is_tried_again_later(engine: Engine, clock: StoppedClock) -> None:
    postbox = Postbox(NotSent("451"))
    await a_letter(engine, LetterKind.LOW_CREDIT)
    assert [await by(engine, postbox).run_once() for _ in range(2)] == [1, 0]
    clock.advance(back_off(1))
    await engine.write(lambda connection: SELLING_LETTERS.reap(connection, clock.now()))
    assert await by(engine, postbox).run_once() == 1
    assert [each["Message-ID"] for each in postbox.letters] == [postbox.letters[0]["Message-ID"]] * 2


async def test_a_letter_that_is_refused_for_good_is_given_up(engine: Engine) -> None:
    postbox = Postbox(Refused("550"))
    await a_letter(engine, LetterKind.LOW_CREDIT)
    assert [await by(engine, postbox).run_once() for _ in range(2)] == [1, 0]
