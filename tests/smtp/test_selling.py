"""Mails about orders, prices and credit: whom they reach, in which language, and what a mailer that fails does."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from gateway.billing.letters import write_letter
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Refused, Sent
from gateway.smtp.notices import back_off
from gateway.smtp.selling import SELLING_LETTERS, SellingLetters
from gateway.wording import read_wording
from tests.billing.buyers import new_buyer
from tests.clock import StoppedClock

#: What billing writes down for each kind.
FACTS: dict[LetterKind, dict[str, Any]] = {
    LetterKind.ORDER_RECEIVED: {"item": "PACK-1000", "quantity": 2, "invoice": "F2026-000001", "amount": "120.00"},
    LetterKind.TERMS_ACCEPTED: {"version": "2023-09-27"},
    LetterKind.INVOICE_ISSUED: {"invoice": "F2026-000001", "amount": "9.59"},
    LetterKind.PAYMENT_FAILED: {"invoice": "F2026-000001", "amount": "9.59"},
    LetterKind.SERVICE_SUSPENDED: {},
    LetterKind.PRICE_REVISED: {"item": "SOLO", "applies_on": "2027-03-14", "refuse_until": "2027-03-13"},
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
    assert [each in told for each in ("SOLO", "2027-03-14", "2027-03-13")] == [True] * 3


async def test_the_accepted_version_of_the_terms_is_mailed(engine: Engine) -> None:
    """Article 1 of the terms; in the language of the client."""
    postbox = Postbox()
    await a_letter(engine, LetterKind.TERMS_ACCEPTED)
    await by(engine, postbox).run_once()
    assert "dans leur version du 2023-09-27" in " ".join(postbox.letters[0].get_content().split())


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
