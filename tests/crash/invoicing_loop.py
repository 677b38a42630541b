"""Kills invoicing runs again and again, two at once where the database allows it, and counts what went wrong.

    python -m tests.crash.invoicing_loop --database sqlite --kills 20
    python -m tests.crash.invoicing_loop --database postgres --kills 20

Three months fall due at once for many subscriptions. Runs that renew, invoice and collect are killed with ``kill -9``
at random moments and started again; the last one is left to finish. The exit code is 0 where the numbers of the
invoices have no gap, every period was invoiced once, and every invoice was charged and paid once.
"""

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, select

from gateway.billing.invoice_tables import collection, invoice, payment
from gateway.billing.issued import of_account
from gateway.billing.methods import note_method
from gateway.billing.payments.tables import sandbox_charge
from gateway.billing.selling_tables import subscription
from gateway.billing.subscriptions import Subscribe, apply
from gateway.engine.database import open_engine
from plans.periods import Interval
from plans.prices import Formula
from tests.billing.buyers import RULES, buyer, card
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.crash.invoicing_worker import work
from tests.crash.stage import at_once, at_work, choose_database, conclude, database_with_tables, parser_of
from tests.databases import from_outside

PERIODS = 3
DUE = MONDAY_MORNING + timedelta(days=30 + 62)  # the trial, and then two months more: three periods have begun


@dataclass(frozen=True, slots=True)
class Findings:
    """Every figure but ``invoices`` must be nought."""

    invoices: int
    gaps: int  # numbers that no invoice has
    doubled: int  # periods with more than one invoice
    missing: int  # periods without an invoice
    charged_otherwise: int  # invoices without exactly one charge of their amount
    paid_otherwise: int  # invoices without exactly one payment

    @property
    def clean(self) -> bool:
        """Whether all is as if nobody had been killed."""
        return not any((self.gaps, self.doubled, self.missing, self.charged_otherwise, self.paid_otherwise))


def run(url: str, *, clients: int, kills: int, at_once: int, seed: int) -> Findings:
    """Kill so many times, let one run finish, and look."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    asyncio.run(subscribe(url, clients))
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_invoicer(url, number)) for number in range(at_once)]
        for number in range(kills):
            time.sleep(chance.uniform(0, 0.4))
            victim = chance.randrange(len(processes))
            processes[victim].kill()
            processes[victim].wait()
            processes[victim] = stack.enter_context(_invoicer(url, at_once + number))
    asyncio.run(work(url, DUE + timedelta(hours=1)))  # when the leases of the dead are over
    with from_outside(url).connect() as connection:
        return look(connection, clients)


async def subscribe(url: str, clients: int) -> None:
    """Give each of so many clients a card and a trial of SOLO."""

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        for number in range(clients):
            account_id = buyer(connection, stamp, f"client-{number}")
            note_method(connection, stamp, account_id, card(account_id))
            wish = Subscribe(Formula("SOLO", Interval.MONTH))
            apply(connection, stamp, RULES, account_id=account_id, wish=wish)

    async with open_engine(url, StoppedClock()) as engine:
        await engine.write(unit)


def look(connection: Connection, clients: int) -> Findings:
    """What the database holds."""
    row = invoice.c
    accounts = list(connection.scalars(select(subscription.c.account_id)))
    periods = [
        (account_id, each.document.lines[0].period)
        for account_id in accounts
        for each in of_account(connection, account_id)
    ]
    numbers: dict[str, list[int]] = {}
    for series, number in connection.execute(select(row.series, row.number)):
        numbers.setdefault(series, []).append(number)
    once = (
        select(row.invoice_id)
        .join(collection, (collection.c.account_id == row.account_id) & (collection.c.invoice_id == row.invoice_id))
        .join(sandbox_charge, sandbox_charge.c.charge_key == collection.c.collection_key)
        .where(sandbox_charge.c.cents == row.due_cents)
    )
    charged = list(connection.scalars(once))
    paid = list(connection.scalars(select(payment.c.invoice_id)))
    charges = connection.scalar(select(func.count()).select_from(sandbox_charge)) or 0
    return Findings(
        invoices=len(periods),
        gaps=sum(max(each) - len(set(each)) for each in numbers.values()),
        doubled=len(periods) - len(set(periods)),
        missing=PERIODS * clients - len(set(periods)),
        charged_otherwise=abs(len(periods) - len(set(charged))) + abs(charges - len(set(charged))),
        paid_otherwise=abs(len(periods) - len(set(paid))) + len(paid) - len(set(paid)),
    )


def _invoicer(url: str, number: int) -> AbstractContextManager["subprocess.Popen[str]"]:
    """A run that is at work when this returns; each begins a second later, for its identifiers are made of the time."""
    return at_work("tests.crash.invoicing_worker", url, (DUE + timedelta(seconds=number)).isoformat())


def main() -> int:
    """Run the loop; 0 where nothing went wrong."""
    parser = parser_of("invoicing_loop", __doc__, kills=20)
    choose_database(parser)
    parser.add_argument("--clients", type=int, default=400)
    asked = parser.parse_args()
    together = at_once(asked.database)
    with database_with_tables(asked.database) as url:
        found = run(url, clients=asked.clients, kills=asked.kills, at_once=together, seed=asked.seed)
    title = f"{asked.kills} times kill -9 on {asked.database}, seed {asked.seed}"
    return conclude(title, asdict(found), clean=found.clean)


if __name__ == "__main__":
    sys.exit(main())
