"""Many rows as one parameter."""

from datetime import timedelta

from sqlalchemy import JSON, BigInteger, Boolean, Connection, String, select

from gateway.calendar.words import EventStatus
from gateway.engine.database import Engine
from gateway.engine.metadata import Instant, OneOf
from gateway.engine.rows import Rows
from tests.clock import MONDAY_MORNING

ROWS = Rows(
    number=BigInteger(),
    text=String(),
    at=Instant(),
    word=OneOf(EventStatus),
    flag=Boolean(),
    document=JSON(),
)


async def test_every_kind_of_value_comes_through(engine: Engine) -> None:
    given = [
        {
            "number": 2**62 + 1,
            "text": 'é"\\ \U0001f600',
            "at": MONDAY_MORNING + timedelta(microseconds=1),
            "word": EventStatus.DECLINED,
            "flag": True,
            "document": {"a": [1, None, "ö"]},
        },
        {"number": 2, "text": "", "at": None, "word": None, "flag": False, "document": []},
    ]

    def unit(connection: Connection) -> list[dict[str, object]]:
        table = ROWS.table(connection.dialect.name)
        found = connection.execute(select(table).order_by(table.c.number.desc()), ROWS.parameter(given))
        return [dict(each) for each in found.mappings()]

    assert await engine.read(unit) == given


async def test_a_value_that_a_row_lacks_is_null(engine: Engine) -> None:
    def unit(connection: Connection) -> tuple[object, ...]:
        one = connection.execute(select(ROWS.table(connection.dialect.name)), ROWS.parameter([{"number": 1}])).one()
        return tuple(one)

    assert await engine.read(unit) == (1, None, None, None, None, None)


async def test_no_rows_are_none(engine: Engine) -> None:
    def unit(connection: Connection) -> int:
        return len(connection.execute(select(ROWS.table(connection.dialect.name)), ROWS.parameter([])).all())

    assert await engine.read(unit) == 0
