"""Statements that are made ready once do what they do when they are run as any other."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from gateway.engine.database import Engine
from gateway.engine.metadata import Instant
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows
from gateway.sms.tables import lane, suppression
from tests.clock import MONDAY_MORNING

_ALL = Prepared(select(lane).order_by(lane.c.lane))
_ENTER = Prepared(
    insert(lane).values(lane=bindparam("name"), paused=bindparam("shut"), spent_until=bindparam("until", type_=Instant))
)
_GIVEN = Rows(name=lane.c.lane.type, until=Instant())


def _spend(dialect: str) -> Any:
    given = _GIVEN.table(dialect).c
    changed = update(lane).where(lane.c.lane == given.name).values(spent_until=given.until)
    return changed.returning(lane.c.lane, lane.c.spent_until)


async def test_rows_come_with_their_columns_by_place_and_by_name_and_values_of_their_types(engine: Engine) -> None:
    def unit(connection: Connection) -> list[Any]:
        _ENTER(connection, {"name": "b", "shut": True, "until": None})
        assert not _ENTER(connection, {"name": "a", "shut": False, "until": MONDAY_MORNING})
        by_hand = connection.execute(select(lane).order_by(lane.c.lane)).all()
        found = _ALL(connection, {})
        assert [tuple(each) for each in found] == [tuple(each) for each in by_hand]
        return [(each.lane, each.paused, each.spent_until, each[0]) for each in found]

    assert await engine.write(unit) == [("a", False, MONDAY_MORNING, "a"), ("b", True, None, "b")]


async def test_a_statement_may_differ_by_database_and_take_many_rows(engine: Engine) -> None:
    spend, later = Prepared(_spend), MONDAY_MORNING + timedelta(microseconds=1)

    def unit(connection: Connection) -> list[Any]:
        for name in ("a", "b"):
            _ENTER(connection, {"name": name, "shut": False, "until": None})
        rows = [{"name": "a", "until": later}, {"name": "c", "until": later}]
        return [tuple(each) for each in spend(connection, _GIVEN.parameter(rows))]

    assert await engine.write(unit) == [("a", later)]
    assert await engine.write(lambda connection: spend(connection, _GIVEN.parameter([]))) == []


async def test_values_that_stand_in_the_statement_itself_are_kept(engine: Engine) -> None:
    said = Prepared(select(literal("STOP").label("word"), bindparam("number", type_=Instant).label("at")))
    for at in (MONDAY_MORNING, None):
        (row,) = await engine.read(partial(said, parameters={"number": at}))
        assert (row.word, row.at) == ("STOP", at)


async def test_what_the_database_refuses_is_raised_as_everywhere_else(engine: Engine) -> None:
    named = {"name": "a", "shut": False, "until": None}
    await engine.write(lambda connection: _ENTER(connection, named))
    with pytest.raises(IntegrityError, match="INSERT INTO lane"):
        await engine.write(lambda connection: _ENTER(connection, named))


async def test_a_parameter_that_is_missing_is_never_taken_for_null(engine: Engine) -> None:
    with pytest.raises(Exception, match="shut"):
        await engine.write(lambda connection: _ENTER(connection, {"name": "a", "until": None}))
    assert await engine.read(lambda connection: _ALL(connection, {})) == []


def _closed(dialect: str) -> Any:
    row, wanted = suppression.c, pairs(dialect, suppression.c.recipient.type)
    return select(row.voice).join(wanted, (wanted.c.first == row.account_id) & (wanted.c.second == row.recipient))


async def test_it_is_compiled_once_and_used_on_whatever_connection(engine: Engine) -> None:
    voices = Prepared(_closed)
    for _ in range(2):
        assert not await engine.read(lambda connection: voices(connection, as_pairs([(1, "+33612345678")])))
        assert not await engine.write(lambda connection: voices(connection, as_pairs([])))
