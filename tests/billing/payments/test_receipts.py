"""What admins record of money that comes by hand: once, whole, and for something that was asked."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from gateway.accounts.refusals import Refused
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.outcomes import Declined, Paid, Pending, Refunded, RefundRefused
from gateway.billing.payments.port import ChargeRequest
from gateway.billing.payments.receipts import Recorded, record_details, record_failure, record_settlement
from gateway.billing.payments.references import creditor_reference, written
from gateway.billing.payments.words import PaymentKind
from gateway.engine.database import Engine
from plans.money import Money
from plans.orders import PaymentMeans
from tests.clock import MONDAY_MORNING

PRICE = Money(6000)
YESTERDAY = MONDAY_MORNING - timedelta(days=1)


@pytest.fixture
def manual(engine: Engine) -> ManualGateway:
    return ManualGateway(engine)


async def asked(manual: ManualGateway, key: str = "order 1") -> str:
    """The reference of 60.00 euros that Alice was asked for."""
    outcome = await manual.charge(ChargeRequest(key, "customer", PaymentMeans.TRANSFER, PRICE, "1000 SMS"))
    assert isinstance(outcome, Pending)
    return outcome.ref


def came(engine: Engine, reference: str, amount: Money = PRICE, days: int = -1) -> Callable[[Connection], Recorded]:
    """An admin notes that a transfer was on the account so many days from now."""
    stamp = engine.stamp()
    at = stamp.now + timedelta(days=days)
    return lambda connection: record_settlement(
        connection, stamp, reference=reference, amount=amount, means=PaymentMeans.TRANSFER, at=at
    )


async def test_money_is_paid_from_the_day_it_was_on_the_account(engine: Engine, manual: ManualGateway) -> None:
    """R26: whatever is no card counts when it is received."""
    reference = await asked(manual)
    recorded = await engine.write(came(engine, written(reference)))
    assert recorded == Recorded("order 1", PaymentKind.CHARGE, Paid(reference, YESTERDAY))
    assert await manual.lookup("customer", "order 1") == Paid(reference, YESTERDAY)


@pytest.mark.parametrize("cents", [5999, 6001, 0, -6000])
async def test_another_amount_is_not_what_was_asked_for(engine: Engine, manual: ManualGateway, cents: int) -> None:
    reference = await asked(manual)
    with pytest.raises(Refused, match=r"is not what was asked for: 60\.00"):
        await engine.write(came(engine, reference, Money(cents)))
    assert await manual.lookup("customer", "order 1") == Pending(reference)


async def test_money_of_tomorrow_is_refused(engine: Engine, manual: ManualGateway) -> None:
    reference = await asked(manual)
    with pytest.raises(Refused, match="lies in the future"):
        await engine.write(came(engine, reference, days=1))


async def test_two_admins_record_one_payment_once(engine: Engine, manual: ManualGateway) -> None:
    reference = await asked(manual)
    answers = await asyncio.gather(*(engine.write(came(engine, reference)) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["Recorded", "Refused", "Refused", "Refused"]


async def test_a_reference_of_nobody_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="Nothing was asked for"):
        await engine.write(came(engine, creditor_reference(1)))
    with pytest.raises(Refused, match="no reference of ours"):
        await engine.write(came(engine, "RF00 1234"))


async def test_what_was_withdrawn_is_not_expected_any_more(engine: Engine, manual: ManualGateway) -> None:
    reference = await asked(manual)
    assert await manual.withdraw("customer", "order 1") == Declined("withdrawn", hard=False)
    with pytest.raises(Refused, match="is settled: declined"):
        await engine.write(came(engine, reference))


async def test_a_cheque_without_cover_is_a_failed_payment(engine: Engine, manual: ManualGateway) -> None:
    reference, stamp = await asked(manual), engine.stamp()
    recorded = await engine.write(
        lambda connection: record_failure(connection, stamp, reference=reference, code="no cover")
    )
    assert recorded == Recorded("order 1", PaymentKind.CHARGE, Declined("no cover", hard=False))
    assert await manual.lookup("customer", "order 1") == recorded.outcome


@pytest.mark.parametrize("code", ["", "x" * 41, "a\x00b"])
async def test_a_failed_payment_needs_a_reason_that_can_be_read(engine: Engine, code: str) -> None:
    stamp = engine.stamp()
    with pytest.raises(Refused, match="no reason for a failed payment"):
        await engine.write(
            lambda connection: record_failure(connection, stamp, reference=creditor_reference(1), code=code)
        )


async def test_bank_details_that_nobody_asked_for_are_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="Nothing was asked for"):
        await engine.write(
            lambda connection: record_details(connection, reference=creditor_reference(1), means=PaymentMeans.TRANSFER)
        )


async def test_a_refund_is_sent_by_hand_too(engine: Engine, manual: ManualGateway) -> None:
    reference = await asked(manual)
    await engine.write(came(engine, reference))
    refund = await manual.refund(reference, Money(2500), "refund 1")
    assert isinstance(refund, Pending)
    recorded = await engine.write(came(engine, refund.ref, Money(2500), days=0))
    assert (recorded.key, recorded.kind) == ("refund 1", PaymentKind.REFUND)
    assert await manual.refund(reference, Money(2500), "refund 1") == Refunded(refund.ref)


async def test_a_refund_that_came_back_can_be_asked_for_again(engine: Engine, manual: ManualGateway) -> None:
    reference, stamp = await asked(manual), engine.stamp()
    await engine.write(came(engine, reference))
    refund = await manual.refund(reference, PRICE, "refund 1")
    assert isinstance(refund, Pending)
    await engine.write(lambda connection: record_failure(connection, stamp, reference=refund.ref, code="AC04"))
    assert await manual.refund(reference, PRICE, "refund 1") == RefundRefused("AC04")
    assert isinstance(await manual.refund(reference, PRICE, "refund 2"), Pending)


async def test_a_refund_is_no_charge(engine: Engine, manual: ManualGateway) -> None:
    """Its key and its reference pay nothing and are refunded to nobody."""
    reference = await asked(manual)
    await engine.write(came(engine, reference))
    refund = await manual.refund(reference, PRICE, "refund 1")
    assert isinstance(refund, Pending)
    assert await manual.refund(refund.ref, PRICE, "refund 2") == RefundRefused("more_than_paid")
