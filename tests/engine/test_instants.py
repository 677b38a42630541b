"""Columns for instants and for words out of a closed list."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from gateway.engine.clock import SystemClock
from gateway.engine.database import Engine
from gateway.engine.metadata import Instant, OneOf


class Colour(StrEnum):
    """A closed list."""

    RED = "red"


MARK = Table(
    "mark",
    MetaData(),
    Column("mark_id", Integer, primary_key=True),
    Column("at", Instant),
    Column("colour", OneOf(Colour)),
)


async def kept(engine: Engine, **values: object) -> object:
    """What comes back of one value."""

    def there_and_back(connection: Connection) -> object:
        MARK.metadata.create_all(connection)
        connection.execute(insert(MARK).values(**values))
        return connection.execute(select(*(MARK.c[name] for name in values))).scalar_one()

    return await engine.write(there_and_back)


async def test_an_instant_comes_back_to_the_microsecond_in_utc(engine: Engine) -> None:
    written = datetime(2026, 3, 29, 3, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=2)))
    assert await kept(engine, at=written) == datetime(2026, 3, 29, 1, 0, 0, 123_456, tzinfo=UTC)


async def test_an_instant_before_1970_comes_back(engine: Engine) -> None:
    written = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert await kept(engine, at=written) == written


async def test_no_instant_stays_none(engine: Engine) -> None:
    assert await kept(engine, at=None) is None


async def test_a_naive_datetime_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="an instant needs a time zone"):
        await kept(engine, at=datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001 - that is the point


async def test_a_word_comes_back_as_its_member(engine: Engine) -> None:
    assert await kept(engine, colour=Colour.RED) is Colour.RED


async def test_no_word_stays_none(engine: Engine) -> None:
    assert await kept(engine, colour=None) is None


async def test_a_word_outside_the_list_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="'blue' is not a valid Colour"):
        await kept(engine, colour="blue")


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
