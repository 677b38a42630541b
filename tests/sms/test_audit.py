"""The audit of the whole house names whatever does not agree."""

import pytest
from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from gateway.billing.tables import balance, credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from tests.cast import REFUSED, UNDELIVERED, alice, alices_branch, send, sms
from tests.sms.steps import discrepancies, work_off

CHARGES: ColumnElement[bool] = ledger_entry.c.kind == EntryKind.CHARGE


async def lived_in(engine: Engine, rules: Rules, dispatcher: Dispatcher) -> None:
    """A house with messages delivered, refused and still queued, of a client and a sub-account."""
    members = [await alice(engine), await alices_branch(engine)]
    await send(engine, rules, *(sms(each, to) for each in members for to in (REFUSED, UNDELIVERED, "nobody")))
    await work_off(dispatcher)
    await send(engine, rules, *(sms(each) for each in members))


async def test_a_house_that_was_lived_in_is_clean(engine: Engine, rules: Rules, dispatcher: Dispatcher) -> None:
    await lived_in(engine, rules, dispatcher)
    assert await discrepancies(engine) == []


@pytest.mark.parametrize(
    ("table", "where", "values", "subjects"),
    [
        (message, message.c.state == MessageState.QUEUED, {"units": 2}, {"units charged"}),
        (message, message.c.state == MessageState.QUEUED, {"state": MessageState.DELIVERED}, {"jobs in the queue"}),
        (ledger_entry, CHARGES, None, {"units charged", "units left against its ledger"}),
        (ledger_entry, CHARGES, {"units": -2}, {"units charged", "units left against its ledger"}),
        (ledger_entry, CHARGES, {"lot_id": 7}, {"units left against its ledger", "a lot that does not exist"}),
        (job, job.c.message_id > 0, None, {"jobs in the queue"}),
        (balance, balance.c.credit_units > 0, {"credit_units": 1}, {"units against its lots"}),
        (
            credit_lot,
            credit_lot.c.lot_id > 0,
            {"units_left": -1},
            {"below zero", "against its ledger", "against its lots"},
        ),
    ],
)
async def test_what_was_tampered_with_is_named(
    engine: Engine,
    rules: Rules,
    dispatcher: Dispatcher,
    *,
    table: Table,
    where: ColumnElement[bool],
    values: dict[str, object] | None,
    subjects: set[str],
) -> None:
    await lived_in(engine, rules, dispatcher)
    change = delete(table) if values is None else update(table).values(values)
    await engine.write(lambda connection: connection.execute(change.where(where)))
    named = [each.subject for each in await discrepancies(engine)]
    assert {subject for subject in subjects if any(subject in each for each in named)} == subjects
    assert all(any(subject in each for subject in subjects) for each in named)


async def test_a_refund_of_what_was_delivered_is_named(engine: Engine, rules: Rules, dispatcher: Dispatcher) -> None:
    await lived_in(engine, rules, dispatcher)
    charge = select(ledger_entry).join(
        message, (message.c.message_id == ledger_entry.c.message_id) & (message.c.state == MessageState.SUBMITTED)
    )

    await engine.write(
        lambda connection: connection.execute(
            insert(ledger_entry),
            [
                {**row._asdict(), "entry_id": engine.ids(), "kind": EntryKind.REFUND, "units": -row.units}
                for row in connection.execute(charge).all()
            ],
        )
    )
    assert any("refunded although" in each.subject for each in await discrepancies(engine))
