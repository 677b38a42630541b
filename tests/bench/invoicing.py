"""How fast subscriptions renew and are invoiced: 100,000 that fall due at once, on both databases."""

import asyncio
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from gateway.accounts.tables import account
from gateway.app.schema import METADATA
from gateway.billing.invoice_tables import invoice, payment_method
from gateway.billing.methods import note_method
from gateway.billing.renewing import advance_due
from gateway.billing.selling_tables import billing_profile, subscription
from gateway.billing.subscriptions import Subscribe, apply
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import upgrade
from plans.periods import Interval
from plans.prices import Formula
from tests.bench.figures import Figure
from tests.billing.buyers import RULES, buyer, card
from tests.clock import StoppedClock
from tests.postgres import Databases, PostgresMissing, running_server

CHUNK = 5_000


def bench(subscriptions: int = 100_000) -> list[Figure]:
    """Subscriptions renewed, invoiced and made ready to collect, per second."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder, ExitStack() as stack:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'gateway.db'}"}
        try:
            urls["PostgreSQL"] = Databases(stack.enter_context(running_server())).create()
        except PostgresMissing as missing:
            print(f"NOT MEASURED ON POSTGRESQL: {missing}")  # noqa: T201 - whoever runs it reads it
        for name, url in urls.items():
            upgrade(url, METADATA)
            seconds, busy = asyncio.run(_renew_all(url, subscriptions))
            figures.append(Figure("invoicing", f"renewed and invoiced, {name}", subscriptions / seconds, "/s"))
            figures.append(Figure("invoicing", f"{subscriptions:,} subscriptions, {name}", seconds, "s"))
            figures.append(Figure("invoicing", f"the same, of this process on one core, {name}", busy, "s"))
    return figures


async def _renew_all(url: str, count: int) -> tuple[float, float]:
    """Seconds by the clock, and those in which this process was at work: a busy machine lengthens only the first."""
    clock = StoppedClock()
    async with open_engine(url, clock) as engine:
        await engine.write(partial(_first, engine=engine))
        for start in range(1, count, CHUNK):
            await engine.write(partial(_more, engine=engine, numbers=range(start, min(start + CHUNK, count))))
        clock.advance(timedelta(days=30))
        since, at_work = time.perf_counter(), time.process_time()
        while await engine.write(partial(advance_due, stamp=engine.stamp(), rules=RULES)):
            pass
        seconds, busy = time.perf_counter() - since, time.process_time() - at_work
        issued = await engine.read(lambda c: c.scalar(select(func.count()).select_from(invoice)))
    if issued != count:
        raise AssertionError(f"{issued} invoices of {count}")
    return seconds, busy


def _first(connection: Connection, engine: Engine) -> None:
    """The first client subscribes as clients do; the others are made after its rows."""
    stamp = engine.stamp()
    account_id = buyer(connection, stamp, "client-0")
    note_method(connection, stamp, account_id, card(account_id))
    wish = Subscribe(Formula("SOLO", Interval.MONTH))
    apply(connection, stamp, RULES, account_id=account_id, wish=wish)


def _more(connection: Connection, engine: Engine, numbers: Iterable[int]) -> None:
    ids = [(number, engine.ids(), engine.ids()) for number in numbers]
    for table, own in (
        (account, None),
        (billing_profile, None),
        (payment_method, "method_id"),
        (subscription, "subscription_id"),
    ):
        first = dict(connection.execute(select(table).order_by(table.c.account_id).limit(1)).one()._mapping)
        rows = [{**first, "account_id": account_id, **({own: own_id} if own else {})} for _, account_id, own_id in ids]
        if table is account:
            rows = [{**row, "slug": f"client-{number}"} for row, (number, _, _) in zip(rows, ids, strict=True)]
        connection.execute(insert(table), rows)


if __name__ == "__main__":
    for each in bench():
        print(f"{each.name}: {each.value:,.1f} {each.unit}")  # noqa: T201 - whoever runs it reads it
