"""The counter of postpaid and the caps of sub-accounts: exact whatever is charged, refunded and invoiced, and when."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from gateway.billing.audit import audit
from gateway.billing.charges import Bill, Charge, charge
from gateway.billing.dates import Dates
from gateway.billing.issued import Issued, of_account
from gateway.billing.lots import Grant, grant
from gateway.billing.postpaid import agree, invoice_due
from gateway.billing.refunds import Refund, refund
from gateway.billing.selling_tables import postpaid_use
from gateway.engine.database import Engine
from plans.lots import COUNTER
from plans.money import Money, Rate
from plans.postpaid import Agreement
from plans.words import LotKind, Origin, Reason
from tests.billing.buyers import RULES, buyer
from tests.clock import StoppedClock

MONTH = timedelta(days=31)
GRACE = timedelta(days=30)
AGREEMENT = Agreement({"FR": Rate(1_000_000)}, Money(1), Money(0), "RUM-1", 30)  # a euro a unit: a line is its units


async def open_postpaid(engine: Engine, slug: str, units: int) -> int:
    """A client under an agreement, with a pack of ``units``."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp, slug)
        agree(connection, stamp, "tests", RULES, account_id=account_id, agreement=AGREEMENT)
        if units:
            grant(connection, stamp, Grant(account_id, LotKind.PACK, units, "pack", stamp.now + 100 * MONTH))
        return account_id

    return await engine.write(unit)


async def pay(engine: Engine, account_id: int, units: list[int]) -> list[int]:
    """Charge a batch; the ids of its messages."""
    ids = [engine.ids() for _ in units]
    asked = [
        Charge(account_id, message_id, count, Origin.API, 0, account_id, "FR")
        for message_id, count in zip(ids, units, strict=True)
    ]
    bill: Bill = await engine.write(lambda connection: charge(connection, engine.stamp(), asked))
    assert sorted(bill.charged) == ids
    return ids


async def give_back(engine: Engine, account_id: int, message_ids: list[int]) -> int:
    asked = [Refund(account_id, each, Reason.CARRIER_REJECTED, account_id) for each in message_ids]
    return await engine.write(lambda connection: refund(connection, engine.stamp(), asked, GRACE))


async def invoice_months(engine: Engine) -> list[Issued]:
    """Invoice every month that is over, batch after batch, as the service does."""
    issued: list[Issued] = []
    while batch := await engine.write(lambda connection: invoice_due(connection, engine.stamp(), RULES)):
        issued += (each for each in batch if each)
    return issued


async def counted(engine: Engine, account_id: int, *, invoiced: bool) -> int:
    row = postpaid_use.c
    total = select(func.coalesce(func.sum(row.units), 0)).where(
        row.account_id == account_id, row.invoice_id.is_not(None) if invoiced else row.invoice_id.is_(None)
    )
    return int(await engine.read(lambda connection: connection.scalar(total)) or 0)


days = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - their zone follows
steps: st.SearchStrategy[tuple[str, list[int]]] = st.one_of(
    st.tuples(st.just("pay"), st.lists(st.integers(1, 9), min_size=1, max_size=5)),
    st.tuples(st.just("refund"), st.lists(st.integers(0, 30), max_size=5)),
    st.tuples(st.just("month"), st.just([])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begins=days, reserve=st.integers(0, 30), course=st.lists(steps, max_size=12))
async def test_every_unit_beyond_the_lots_is_invoiced_once(
    engine: Engine, clock: StoppedClock, *, begins: datetime, reserve: int, course: list[tuple[str, list[int]]]
) -> None:
    """R38, R39: charged = lots + counter, less refunds; what is invoiced and what is open add up to the counter."""
    clock.set(begins)
    account_id = await open_postpaid(engine, f"a{engine.ids()}", reserve)
    charged: Counter[int] = Counter()
    for what, numbers in [*course, ("month", [])]:
        if what == "pay":
            ids = await pay(engine, account_id, numbers)
            charged.update(dict(zip(ids, numbers, strict=True)))
        elif what == "refund":
            known = sorted(charged)
            which = {known[number] for number in numbers if number < len(known)}
            assert await give_back(engine, account_id, sorted(which)) == sum(charged.pop(each) for each in which)
        else:
            clock.advance(MONTH)
            await invoice_months(engine)
        assert await engine.read(lambda connection: list(audit(connection))) == []
    documents = await engine.read(lambda connection: list(of_account(connection, account_id)))
    billed = sum(each.document.net.cents for each in documents) // 100
    assert billed == await counted(engine, account_id, invoiced=True)
    assert await counted(engine, account_id, invoiced=False) <= 0


async def test_a_month_of_nothing_holds_up_no_other(engine: Engine, clock: StoppedClock) -> None:
    """R37: three months without a message are closed on the way to the fourth, in one go."""
    clock.set(datetime(2027, 1, 30, 9, tzinfo=UTC))
    account_id = await open_postpaid(engine, "alice", 0)
    clock.set(datetime(2027, 4, 5, 9, tzinfo=UTC))
    await pay(engine, account_id, [3])
    clock.set(datetime(2027, 5, 1, 9, tzinfo=UTC))
    await Dates(engine, RULES).keep()
    (issued,) = await engine.read(lambda connection: list(of_account(connection, account_id)))
    assert (issued.invoice_key, str(issued.document.net)) == ("postpaid until 2027-05-01", "3.00")
    assert await engine.write(lambda connection: invoice_due(connection, engine.stamp(), RULES)) == []


async def test_two_runs_at_once_invoice_a_month_once(engine: Engine, clock: StoppedClock) -> None:
    """R37: whoever comes second finds nothing left to do, and messages go on meanwhile."""
    account_ids = [await open_postpaid(engine, f"client-{number}", 0) for number in range(5)]
    for account_id in account_ids:
        await pay(engine, account_id, [3])
    clock.advance(MONTH)
    runs = asyncio.gather(invoice_months(engine), invoice_months(engine))
    await asyncio.gather(*(pay(engine, each, [1]) for each in account_ids))
    issued = [each for run in await runs for each in run]
    assert sorted(each.account_id for each in issued) == sorted(account_ids)
    assert sorted(each.number for each in issued) == [1, 2, 3, 4, 5]
    assert await engine.read(lambda connection: list(audit(connection))) == []


async def test_the_counter_is_named_last_and_costs_no_balance(engine: Engine) -> None:
    """The draws of a message that lies across the end of the lots; the balance stays the sum of the lots."""
    account_id = await open_postpaid(engine, "alice", 2)
    message_id = engine.ids()
    asked = [Charge(account_id, message_id, 5, Origin.API, 0, account_id, "FR")]
    bill = await engine.write(lambda connection: charge(connection, engine.stamp(), asked))
    assert [(each.lot_id == COUNTER, each.units) for each in bill.charged[message_id].draws] == [(False, 2), (True, 3)]
    assert bill.balances[account_id] == (2, 0)
