"""The paper of an invoice: frozen when it is issued, whatever the configuration and the law say later."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import Connection, update

from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.billing.customers import note_profile
from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.issuing import printable
from gateway.billing.invoicing import InvoiceOrder, credit, issue
from gateway.billing.issued import Issued
from gateway.billing.particulars import complete
from gateway.billing.printing import picture
from gateway.billing.rules import BillingRules
from gateway.engine.database import Engine
from gateway.settings import SellerSettings
from gateway.wording import Language
from plans.dated import NotInForce, dated
from plans.invoices import LineKind, sum_line
from plans.money import Money
from plans.orders import PaymentMeans
from tests.billing.buyers import CLINIC, RULES, buyer
from tests.terms.shop import VAT_20

SELLER = SellerSettings(
    name="Example SMS SAS",
    address=("1 rue de l'Exemple",),
    postcode="06000",
    city="Nice",
    siren="552100554",
    vat_number="FR48552100554",
    iban="FR7630006000011234567890189",
)
SELLING = replace(RULES, seller=SELLER)


async def sold(engine: Engine, rules: BillingRules, means: PaymentMeans = PaymentMeans.TRANSFER) -> Issued:
    """An invoice of ten euros before tax."""

    def unit(connection: Connection) -> Issued:
        stamp = engine.stamp()
        account_id, today = buyer(connection, stamp), rules.today(stamp.now)
        lines = (sum_line(LineKind.PACK, "PACK-1000", Money(1000), VAT_20),)
        return issue(connection, stamp, rules, InvoiceOrder(account_id, "pack", lines, today, today, means=means))

    return await engine.write(unit)


async def given_back(engine: Engine, rules: BillingRules, issued: Issued) -> Issued:
    """The credit note of all of it."""
    account_id, invoice_id = issued.account_id, issued.invoice_id
    return await engine.write(
        lambda c: credit(c, engine.stamp(), rules, account_id=account_id, invoice_id=invoice_id, key="back")
    )


async def shown(engine: Engine, issued: Issued) -> InvoiceDocument | None:
    return await engine.read(lambda connection: picture(connection, issued))


async def test_an_invoice_is_printed_the_same_for_ever(engine: Engine) -> None:
    """The buyer moves, his language changes and the rate of interest becomes known: the paper stays as it was."""
    issued = await sold(engine, SELLING)
    before = await shown(engine, issued)

    def move(connection: Connection) -> None:
        note_profile(connection, issued.account_id, replace(CLINIC, legal_name="Another", city="Lyon"))
        connection.execute(update(account).values(language=Language.EN))

    await engine.write(move)
    assert before is not None
    assert await shown(engine, issued) == before
    assert (before.seller.name, before.buyer.name, before.language) == (SELLER.name, CLINIC.legal_name, Language.FR)
    assert printable(before) == printable(before)


async def test_the_next_invoice_names_the_seller_of_its_day(engine: Engine) -> None:
    moved = replace(SELLING, seller=replace(SELLER, city="Antibes"))
    issued = await sold(engine, SELLING)
    note = await given_back(engine, moved, issued)
    before, after = await shown(engine, issued), await shown(engine, note)
    assert before is not None
    assert after is not None
    assert (before.seller.city, after.seller.city) == ("Nice", "Antibes")
    assert after.corrects is not None
    assert after.corrects.number == issued.name


async def test_an_invoice_of_nobody_is_completed_once(engine: Engine) -> None:
    """Issued before the configuration said who sells; afterwards it is frozen like any other."""
    issued = await sold(engine, RULES)
    assert await shown(engine, issued) is None
    with pytest.raises(Refused, match="who sells"):
        await engine.write(lambda connection: complete(connection, RULES, issued))
    assert await engine.write(lambda connection: complete(connection, SELLING, issued))
    moved = replace(SELLING, seller=replace(SELLER, city="Antibes"))
    assert not await engine.write(lambda connection: complete(connection, moved, issued))
    paper = await shown(engine, issued)
    assert paper is not None
    assert paper.seller.city == "Nice"


async def test_a_transfer_needs_an_account(engine: Engine) -> None:
    nowhere = replace(SELLING, seller=replace(SELLER, iban=None))
    issued = await sold(engine, nowhere)
    with pytest.raises(Refused, match="where transfers go"):
        await engine.write(lambda connection: complete(connection, nowhere, issued))


async def test_a_card_needs_none(engine: Engine) -> None:
    paper = await shown(
        engine, await sold(engine, replace(SELLING, seller=replace(SELLER, iban=None)), PaymentMeans.CARD)
    )
    assert paper is not None
    assert paper.account is None


async def test_a_sentence_that_the_law_moved_stops_no_invoice(engine: Engine) -> None:
    """It is issued, waits for its paper, and gets it when the entry is there."""
    silent = replace(RULES.legal, mentions={**RULES.legal.mentions, "category": dated("category", ())})
    issued = await sold(engine, replace(SELLING, legal=silent))
    assert await shown(engine, issued) is None
    with pytest.raises(NotInForce, match="category has no entry"):
        await engine.write(lambda connection: complete(connection, replace(SELLING, legal=silent), issued))
    assert await engine.write(lambda connection: complete(connection, SELLING, issued))


async def test_a_rate_that_becomes_known_later_changes_no_paper(engine: Engine) -> None:
    """The legal interest rate of the half-year of issue was not known yet."""
    issued = await sold(engine, SELLING)
    before = await shown(engine, issued)
    entry = replace(RULES.legal.interest.entries[-1], since=date(2026, 7, 1), until=None, value=Fraction(1, 50))
    known = dated("the legal interest rate", [*RULES.legal.interest.entries, entry])
    await engine.write(lambda c: complete(c, replace(SELLING, legal=replace(RULES.legal, interest=known)), issued))
    assert await shown(engine, issued) == before
