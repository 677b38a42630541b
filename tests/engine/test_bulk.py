"""Many rows by few statements: stored as their types say, and all or none."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, LargeBinary, MetaData, String, Table, Text, select
from sqlalchemy.exc import DataError, IntegrityError

from gateway.engine.bulk import LARGEST, BulkInsert
from gateway.engine.database import Engine
from gateway.engine.metadata import Instant
from tests.databases import from_outside

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def parcel(database_url: str) -> Table:
    """An empty table with a column of each type that is stored otherwise than it is given."""
    table = Table(
        "parcel",
        MetaData(),
        Column("number", BigInteger, primary_key=True),
        Column("label", JSON, nullable=False),
        Column("content", LargeBinary),
        Column("sent_at", Instant),
    )
    table.metadata.create_all(from_outside(database_url))
    return table


def rows(count: int) -> list[tuple[Any, ...]]:
    return [
        (number, {"to": [f"é{number}", None]}, b"\0%d" % number, NOON + timedelta(microseconds=number))
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 3, LARGEST, 2 * LARGEST + 5])
async def test_rows_come_back_as_they_were_given(engine: Engine, parcel: Table, count: int) -> None:
    insert = BulkInsert(*parcel.c)
    await engine.write(lambda connection: insert(connection, rows(count)))
    found = await engine.read(lambda connection: connection.execute(select(parcel).order_by(parcel.c.number)).all())
    assert [tuple(row) for row in found] == rows(count)


async def test_columns_that_are_not_named_stay_empty(engine: Engine, parcel: Table) -> None:
    insert = BulkInsert(parcel.c.label, parcel.c.number)
    await engine.write(lambda connection: insert(connection, [("x", 1)]))
    (found,) = await engine.read(lambda connection: connection.execute(select(parcel)).all())
    assert tuple(found) == (1, "x", None, None)


@pytest.mark.parametrize("count", [1, LARGEST - 1, LARGEST + 1])
@pytest.mark.parametrize("kept", [(), (1, 2), (3,)])
async def test_values_that_rows_share_are_in_each_of_them(
    engine: Engine, parcel: Table, count: int, kept: tuple[int, ...]
) -> None:
    shared = (-1, {"to": "?1"}, None, NOON)
    given = [
        tuple(row[place] if place in {0, *kept} else shared[place] for place in range(len(row))) for row in rows(count)
    ]
    await engine.write(lambda connection: BulkInsert(*parcel.c)(connection, given))
    found = await engine.read(lambda connection: connection.execute(select(parcel).order_by(parcel.c.number)).all())
    assert [tuple(row) for row in found] == given


async def test_rows_that_are_all_alike_are_all_entered(engine: Engine, database_url: str) -> None:
    table = Table("tick", MetaData(), Column("number", BigInteger), Column("at", Instant))
    table.metadata.create_all(from_outside(database_url))
    await engine.write(lambda connection: BulkInsert(*table.c)(connection, [(7, NOON)] * (LARGEST + 2)))
    found = await engine.read(lambda connection: connection.execute(select(table)).all())
    assert [tuple(row) for row in found] == [(7, NOON)] * (LARGEST + 2)


@pytest.mark.parametrize("filled", [0, 1, 3])
async def test_a_column_may_be_empty_in_some_rows_or_in_all(engine: Engine, parcel: Table, filled: int) -> None:
    given = [(*row[:2], *(row[2:] if place < filled else (None, None))) for place, row in enumerate(rows(3))]
    await engine.write(lambda connection: BulkInsert(*parcel.c)(connection, given))
    found = await engine.read(lambda connection: connection.execute(select(parcel).order_by(parcel.c.number)).all())
    assert [tuple(row) for row in found] == given


async def test_one_row_that_does_not_fit_keeps_all_out(engine: Engine, parcel: Table) -> None:
    insert = BulkInsert(*parcel.c)

    def unit(connection: Connection) -> None:
        insert(connection, rows(100))
        insert(connection, rows(1))

    with pytest.raises(IntegrityError):
        await engine.write(unit)
    assert await engine.read(lambda connection: connection.execute(select(parcel)).all()) == []


AWKWARD = ["", "NULL", '"', "\\", '\\"', "{a,b}", "%s", " a ", "l\n", "'", "œ€😀", "\\x41", "null"]


async def test_any_text_comes_back_as_it_was_given(engine: Engine, database_url: str) -> None:
    table = Table("note", MetaData(), Column("number", BigInteger), Column("body", Text), Column("read", Boolean))
    table.metadata.create_all(from_outside(database_url))
    given = [(number, text, number % 2 == 0) for number, text in enumerate([*AWKWARD, None])]
    await engine.write(lambda connection: BulkInsert(*table.c)(connection, given))
    found = await engine.read(lambda connection: connection.execute(select(table).order_by(table.c.number)).all())
    assert [tuple(row) for row in found] == given


async def test_postgresql_refuses_a_text_that_is_too_long_and_never_cuts_it(engine: Engine, database_url: str) -> None:
    table = Table("tag", MetaData(), Column("name", String(3)))
    table.metadata.create_all(from_outside(database_url))
    entered = engine.write(lambda connection: BulkInsert(*table.c)(connection, [("four",)]))
    if engine.dialect == "postgresql":
        with pytest.raises(DataError):
            await entered
    else:
        await entered
        assert await engine.read(lambda connection: connection.scalar(select(table.c.name))) == "four"


async def test_only_rows_with_a_new_key_are_entered_where_that_is_asked(engine: Engine, parcel: Table) -> None:
    insert = BulkInsert(*parcel.c, new=parcel.c.number)
    first, all_of_them = rows(70)[:50], rows(70)
    await engine.write(lambda connection: insert(connection, first))
    new = await engine.write(lambda connection: insert(connection, all_of_them))
    assert sorted(new) == list(range(50, 70))


@pytest.mark.parametrize("refused", ["\0", "\ud800", "too long for it"])
async def test_what_a_database_refuses_spoils_nothing_for_the_units_beside_it(
    engine: Engine, database_url: str, refused: str
) -> None:
    """Their savepoints hold, after an error of the driver, of the database and of Python alike."""
    table = Table("label", MetaData(), Column("number", BigInteger, primary_key=True), Column("name", String(8)))
    table.metadata.create_all(from_outside(database_url))
    insert = BulkInsert(*table.c)
    batches: list[list[tuple[Any, ...]]] = [[(1, "a")], [(2, refused)], [(1, "again")], [(3, "b"), (4, None)], []]
    units = [engine.write(partial(insert, rows=rows)) for rows in batches]
    told = await asyncio.gather(*units, return_exceptions=True)
    kept = engine.dialect == "sqlite" and refused != "\ud800"  # it takes any length, and NUL
    assert [isinstance(each, Exception) for each in told] == [False, not kept, True, False, False]
    found = await engine.read(
        lambda connection: connection.scalars(select(table.c.number).order_by(table.c.number)).all()
    )
    assert found == [1, 2, 3, 4] if kept else [1, 3, 4]
