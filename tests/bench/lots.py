"""What lots cost: batches charged through lots, beside the same done on one balance a client; 10,000 accounts.

Beside the lots, both do the same: lock and read the balances, cover the messages in their order, give each its turn,
enter a journal with a unique key, debit each balance once. The single balance does it in three statements of plain SQL.
"""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, text

from gateway.app.schema import METADATA
from gateway.billing.audit import audit
from gateway.billing.charges import TURN_CAP, TURN_COST, Charge, charge
from gateway.billing.tables import balance, credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine import garbage
from gateway.engine.clock import SystemClock
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import upgrade
from plans.words import LotKind, Origin
from tests.bench.figures import Figure, rates, ratio
from tests.cast import YEAR
from tests.postgres import Databases, PostgresMissing, running_server

LOTS, SINGLE = "through two lots", "single balance"
ACCOUNTS, BATCH, BATCHES = 10_000, 1_000, 20
_UNITS = 1_000_000  # of each lot: nobody runs out
_CHUNK = 5_000

_TABLES = (
    """CREATE TABLE single_balance (
        account_id BIGINT PRIMARY KEY, units BIGINT NOT NULL, fair_tag BIGINT NOT NULL, weight DOUBLE PRECISION NOT NULL
    )""",
    """CREATE TABLE single_entry (
        account_id BIGINT NOT NULL, entry_id BIGINT NOT NULL, kind TEXT NOT NULL, message_id BIGINT NOT NULL,
        units BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (account_id, entry_id),
        UNIQUE (account_id, message_id, kind)
    )""",
)
_HOLD = text("INSERT INTO single_balance VALUES (:account_id, :units, 0, 1.0)")
_JOURNAL = text("INSERT INTO single_entry VALUES (:account_id, :entry_id, 'charge', :message_id, -1, :at)")
_DEBIT = text("UPDATE single_balance SET units = units - :spent, fair_tag = :turn WHERE account_id = :account_id")
_LOCK = (
    "SELECT account_id, units, fair_tag, weight FROM single_balance WHERE account_id IN :accounts ORDER BY account_id"
)

Way = Callable[[Connection, Engine, list[int]], None]  # charges a unit to each account of a batch


def bench(rounds: int) -> list[Figure]:
    """Charges a second, both ways in turn within each round; a lot may cost three times a balance at most."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder, ExitStack() as stack:
        urls = {"sqlite": f"sqlite:///{Path(folder) / 'gateway.db'}"}
        try:
            urls["postgresql"] = Databases(stack.enter_context(running_server())).create()
        except PostgresMissing as missing:
            print(f"NOT MEASURED ON POSTGRESQL: {missing}")  # noqa: T201 - whoever runs it reads it
        for name, url in urls.items():
            upgrade(url, METADATA)
            measured = asyncio.run(_measure(url, rounds))
            figures += [*rates(f"lots, {name}", measured), ratio(f"lots, {name}", measured, LOTS, SINGLE, 1 / 3)]
    return figures


async def _measure(url: str, rounds: int) -> list[dict[str, float]]:
    ways: dict[str, Way] = {SINGLE: _by_balance, LOTS: _by_lots}
    async with open_engine(url, SystemClock()) as engine:
        accounts = [engine.ids() for _ in range(ACCOUNTS)]
        await engine.write(lambda connection: [connection.execute(text(each)) for each in _TABLES])
        for start in range(0, ACCOUNTS, _CHUNK):
            await engine.write(partial(_open, engine=engine, accounts=accounts[start : start + _CHUNK]))
        garbage.settle()  # as `gateway serve` does once it has started
        measured = [{name: await _charged(engine, way, accounts) for name, way in ways.items()} for _ in range(rounds)]
        if wrong := await engine.read(lambda connection: next(audit(connection), None)):
            raise AssertionError(wrong)
    return measured


async def _charged(engine: Engine, way: Way, accounts: list[int]) -> float:
    chosen = [random.choices(accounts, k=BATCH) for _ in range(BATCHES)]  # noqa: S311 - clients, not secrets
    since = time.perf_counter()
    for each in chosen:
        await engine.write(partial(_taken, way=way, engine=engine, accounts=each))
    return BATCH * BATCHES / (time.perf_counter() - since)


def _taken(connection: Connection, way: Way, engine: Engine, accounts: list[int]) -> None:
    way(connection, engine, accounts)


def _by_lots(connection: Connection, engine: Engine, accounts: list[int]) -> None:
    asked = [Charge(each, engine.ids(), 1, Origin.API, 0, each, "FR") for each in accounts]
    if len(charge(connection, engine.stamp(), asked).charged) != len(asked):
        raise AssertionError("a charge was not covered")


def _by_balance(connection: Connection, engine: Engine, accounts: list[int]) -> None:
    lock = _LOCK if connection.dialect.name == "sqlite" else f"{_LOCK} FOR UPDATE"
    chosen = {"accounts": sorted(set(accounts))}
    held = connection.execute(text(lock).bindparams(bindparam("accounts", expanding=True)), chosen).all()
    left = {each.account_id: each.units for each in held}
    turns = {each.account_id: each.fair_tag for each in held}
    weights = {each.account_id: each.weight for each in held}
    at = round(engine.clock.now().timestamp() * 1_000_000)
    journal, spent = [], Counter[int]()
    for each in accounts:
        if left[each] < 1:
            raise AssertionError("a charge was not covered")
        left[each] -= 1
        spent[each] += 1
        turns[each] = min(turns[each] + round(TURN_COST / weights[each]), TURN_CAP)
        journal.append({"account_id": each, "entry_id": engine.ids(), "message_id": engine.ids(), "at": at})
    connection.execute(_JOURNAL, journal)
    connection.execute(
        _DEBIT, [{"account_id": each, "spent": units, "turn": turns[each]} for each, units in spent.items()]
    )


def _open(connection: Connection, engine: Engine, accounts: list[int]) -> None:
    """Accounts with a balance of each kind, the lots of one of them two."""
    stamp = engine.stamp()
    lots = [(account_id, stamp.new_id(), months) for account_id in accounts for months in (1, 2)]
    connection.execute(_HOLD, [{"account_id": each, "units": 2 * _UNITS} for each in accounts])
    connection.execute(
        insert(balance),
        [{"account_id": each, "credit_units": 2 * _UNITS, "fair_tag": 0, "weight": 1.0} for each in accounts],
    )
    connection.execute(
        insert(credit_lot),
        [
            {
                "account_id": account_id,
                "lot_id": lot_id,
                "kind": LotKind.PACK,
                "label": "bench",
                "units_granted": _UNITS,
                "units_left": _UNITS,
                "activated_at": stamp.now,
                "expires_at": stamp.now + months * YEAR,
            }
            for account_id, lot_id, months in lots
        ],
    )
    connection.execute(
        insert(ledger_entry),
        [
            {
                "account_id": account_id,
                "entry_id": stamp.new_id(),
                "kind": EntryKind.GRANT,
                "message_id": 0,
                "lot_id": lot_id,
                "units": _UNITS,
                "at": stamp.now,
                "reason": None,
            }
            for account_id, lot_id, _ in lots
        ],
    )
