"""The terms on orders, as they are carried out (articles 1, 2 and 5, special term 2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.billing import orders
from gateway.billing.activation import activate_paid
from gateway.billing.audit import audit
from gateway.billing.invoice_tables import invoice
from gateway.billing.lots import spendable
from gateway.billing.methods import note_method
from gateway.billing.orders import PackOrder, Taken
from gateway.billing.selling_tables import billing_letter, customer_order
from gateway.billing.standing import accept_terms, block_orders
from gateway.billing.terms_texts import Accepted, accepted, kept
from gateway.billing.words import LetterKind, OrderState
from gateway.engine.database import Engine
from gateway.wording import Language
from plans.orders import PaymentMeans
from plans.words import LotKind
from tests.billing.buyers import RULES, buyer, card
from tests.clock import StoppedClock
from tests.terms.shop import euros

TERMS = "2023-09-27"


async def client(engine: Engine, slug: str = "alice", **settings: Any) -> int:
    """A client with billing details and a card that accepted the terms in force."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp, slug, **settings)
        accept_terms(connection, stamp, "tests", RULES, account_id=account_id, version=TERMS)
        note_method(connection, stamp, account_id, card(account_id))
        return account_id

    return await engine.write(unit)


async def order(engine: Engine, account_id: int, means: PaymentMeans = PaymentMeans.TRANSFER, **more: Any) -> Taken:
    wanted = PackOrder(account_id, more.pop("pack", "PACK-1000"), means, **more)
    return await engine.write(lambda connection: orders.order(connection, engine.stamp(), "tests", RULES, wanted))


async def paid(engine: Engine, taken: Taken) -> None:
    """The money is there."""
    issued = taken.issued

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        which = {"account_id": issued.account_id, "invoice_id": issued.invoice_id}
        activate_paid(connection, stamp, RULES, **which, paid_at=stamp.now)

    await engine.write(unit)


async def units(engine: Engine, account_id: int) -> int:
    now = engine.clock.now()
    held = await engine.read(lambda connection: spendable(connection, {account_id}, now, list(LotKind)))
    return held[account_id]


async def sign(engine: Engine, taken: Taken, **what: bool) -> bool:
    account_id, order_id = taken.issued.account_id, taken.order_id

    def unit(connection: Connection) -> bool:
        stamp = engine.stamp()
        return orders.sign(connection, stamp, "tests", RULES, account_id=account_id, order_id=order_id, **what)

    return await engine.write(unit)


async def letters(engine: Engine, account_id: int) -> list[tuple[LetterKind, dict[str, Any]]]:
    row = billing_letter.c
    mine = select(row.kind, row.facts).where(row.account_id == account_id).order_by(row.letter_id)
    return await engine.read(lambda connection: [(kind, facts) for kind, facts in connection.execute(mine)])


async def test_the_accepted_terms_are_stored_with_the_order_and_mailed(engine: Engine) -> None:
    """Article 1: the version that was accepted, word for word; article 5.1: the order is acknowledged by mail."""
    account_id = await client(engine)
    await order(engine, account_id)
    version = await engine.read(lambda connection: connection.scalar(select(customer_order.c.terms_version)))
    assert version == TERMS
    (_, terms), (bill, _), order_received = await letters(engine, account_id)
    assert (terms["version"], bill) == (TERMS, LetterKind.INVOICE_ISSUED)
    assert order_received == (
        LetterKind.ORDER_RECEIVED,
        {"item": "PACK-1000", "quantity": 1, "invoice": "F2026-000001", "amount": "60.00"},
    )
    text = await engine.read(lambda connection: kept(connection, terms["digest"]))
    assert text == RULES.terms_texts[TERMS, Language.FR]
    held = await engine.read(lambda connection: accepted(connection, account_id))
    assert held == Accepted(TERMS, engine.clock.now(), text)


async def test_terms_without_a_text_are_accepted_by_nobody(engine: Engine) -> None:
    """Article 1: there would be nothing to store and to mail; the cure names the file."""
    account_id = await engine.write(lambda connection: buyer(connection, engine.stamp(), "bob", accepts=False))
    rules = replace(RULES, terms_texts={})
    with pytest.raises(Refused, match="no text of the terms") as refused:
        await engine.write(
            lambda c: accept_terms(c, engine.stamp(), "tests", rules, account_id=account_id, version=TERMS)
        )
    assert refused.value.cure == "Add terms/2023-09-27.fr.txt to the data directory."
    assert await engine.read(lambda connection: accepted(connection, account_id)) is None


async def test_nothing_is_ordered_without_the_terms_in_force(engine: Engine) -> None:
    """Article 1: and only the version in force can be accepted."""
    account_id = await engine.write(lambda connection: buyer(connection, engine.stamp(), "bob", accepts=False))
    with pytest.raises(Refused, match="have not been accepted"):
        await order(engine, account_id)
    with pytest.raises(Refused, match="not in force"):
        await engine.write(
            lambda connection: accept_terms(
                connection, engine.stamp(), "tests", RULES, account_id=account_id, version="2020-01-01"
            )
        )


async def test_the_recap_is_what_is_invoiced(engine: Engine) -> None:
    """A1, article 5.1: what the client confirms is what the invoice says: 60.00 = 50.00 and 10.00 of tax."""
    account_id = await client(engine)
    today = RULES.today(engine.clock.now())
    wanted = PackOrder(account_id, "PACK-1000", PaymentMeans.CARD)
    lines = await engine.read(lambda connection: orders.quote(connection, RULES, today, wanted))
    taken = await order(engine, account_id, PaymentMeans.CARD)
    document = taken.issued.document
    assert (document.lines, document.net, document.tax) == (lines, euros("50.00"), euros("10.00"))
    assert (taken.issued.issued_on, taken.issued.due_on) == (today, today)


async def test_a_paid_card_opens_the_units_at_once(engine: Engine, clock: StoppedClock) -> None:
    """R22, R25, A11, special term 2: usable at the transaction, to the end of the same day twelve months later."""
    account_id = await client(engine)
    taken = await order(engine, account_id, PaymentMeans.CARD)
    assert await units(engine, account_id) == 0
    await paid(engine, taken)
    await paid(engine, taken)
    assert await units(engine, account_id) == 1000
    clock.set(datetime(2027, 11, 23, 22, 59, 59, tzinfo=UTC))
    assert await units(engine, account_id) == 1000
    clock.advance(timedelta(seconds=1))
    assert await units(engine, account_id) == 0
    assert await engine.read(lambda connection: list(audit(connection))) == []


@pytest.mark.parametrize("means", [PaymentMeans.TRANSFER, PaymentMeans.CHEQUE, PaymentMeans.PAYPAL])
async def test_other_means_open_the_units_when_the_money_is_there(engine: Engine, means: PaymentMeans) -> None:
    """R26, R29, special term 2: not before it was received."""
    account_id = await client(engine)
    taken = await order(engine, account_id, means, quantity=2)
    assert (await units(engine, account_id), await sign(engine, taken)) == (0, False)
    await paid(engine, taken)
    assert await units(engine, account_id) == 2000


async def test_a_signed_order_form_and_our_agreement_open_the_units_before_the_money(engine: Engine) -> None:
    """R27, special term 2: either alone does nothing; and the money that comes later opens nothing twice."""
    account_id = await client(engine)
    taken = await order(engine, account_id)
    assert await sign(engine, taken, signed=True) is False
    assert await units(engine, account_id) == 0
    assert await sign(engine, taken, agreed=True) is True
    await paid(engine, taken)
    assert await units(engine, account_id) == 1000


async def test_a_late_payment_stops_every_other_order(engine: Engine, clock: StoppedClock) -> None:
    """R45, article 5.3: from the day after the payment date."""
    account_id = await client(engine)
    taken = await order(engine, account_id)
    assert taken.issued.due_on is not None
    clock.advance(timedelta(days=30))
    await order(engine, account_id)
    clock.advance(timedelta(days=1))
    with pytest.raises(Refused, match="payment is late"):
        await order(engine, account_id)


async def test_a_problem_of_the_account_stops_orders_until_it_is_solved(engine: Engine) -> None:
    """R48, article 5.1."""
    account_id = await client(engine)

    async def block(*, blocked: bool) -> None:
        await engine.write(
            lambda connection: block_orders(connection, engine.stamp(), "tests", account_id=account_id, blocked=blocked)
        )

    await block(blocked=True)
    with pytest.raises(Refused, match="problem with the account"):
        await order(engine, account_id)
    await block(blocked=False)
    assert (await order(engine, account_id)).issued.number == 1


async def test_a_sub_account_orders_nothing(engine: Engine) -> None:
    """R31, article 2: it reaches what its parent ordered and paid."""
    account_id = await client(engine)
    branch = await engine.write(
        lambda connection: (
            clients.add(connection, engine.stamp(), "tests", name="Branch", parent=str(account_id)).account_id
        )
    )
    with pytest.raises(Refused, match="sub-account orders nothing"):
        await order(engine, branch)


async def test_fees_are_charged_only_where_they_were_told(engine: Engine) -> None:
    """R21, article 4: management fees must be announced before the order."""
    account_id = await client(engine)
    with pytest.raises(Refused, match="not told"):
        await order(engine, account_id, fees=euros("5.00"))
    taken = await order(engine, account_id, fees=euros("5.00"), fees_told=euros("5.00"))
    assert taken.issued.document.net == euros("55.00")


@pytest.mark.parametrize("wrong", [{"quantity": 0}, {"quantity": -1}, {"quantity": 10**9}, {"pack": "PACK-7"}])
async def test_an_impossible_order_changes_nothing(engine: Engine, wrong: dict[str, Any]) -> None:
    """An unknown pack or an impossible number: a clear answer, and neither order nor invoice."""
    account_id = await client(engine)
    with pytest.raises(Refused):
        await order(engine, account_id, **wrong)
    rows = [await engine.read(partial(rows_of, table=table)) for table in (invoice, customer_order)]
    assert rows == [0, 0]


def rows_of(connection: Connection, table: Table) -> int:
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_an_accepted_order_stays_active(engine: Engine) -> None:
    """R34, articles 5.1 and 7: there is no act that takes an accepted order back; paying it twice opens it once."""
    account_id = await client(engine)
    taken = await order(engine, account_id, PaymentMeans.CARD)
    await paid(engine, taken)
    known = await engine.read(lambda connection: orders.find(connection, account_id, taken.order_id))
    assert (known.state, known.lot_id is not None) == (OrderState.ACTIVE, True)
