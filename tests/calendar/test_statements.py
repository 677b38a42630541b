"""However many events move at once: one statement for their rows, and one for those of their reminders."""

from datetime import timedelta

from sqlalchemy import Connection, Engine, event

from gateway.calendar import events
from gateway.calendar.calendars import Calendar
from gateway.calendar.extract import Field
from gateway.calendar.planning import plan
from gateway.calendar.reading import read_events
from gateway.engine.database import Stamp
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris

START = paris("2026-11-25T15:00")
MANY = 1_000


class Counter:
    """Counts the statements that change a table, and the sets of parameters that each was run with."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, int]] = []

    def __call__(self, _c: object, _cursor: object, statement: str, parameters: object, _x: object, many: bool) -> None:
        """One statement is about to run."""
        words = statement.split()
        if words[0] in {"UPDATE", "INSERT", "DELETE", "WITH"}:
            self.changes.append((" ".join(words[:2]), len(parameters) if many and isinstance(parameters, list) else 1))


async def test_a_series_of_a_thousand_is_moved_in_one_statement_per_table(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START, weeks=MANY)
    await _keep(alice, server)
    await server.move(handle, START + timedelta(hours=1))
    assert await _keep(alice, server) == [("UPDATE event", 1), ("UPDATE reminder", 1)]
    assert {each.start_at.astimezone(START.tzinfo).hour for each in await alice.reminders()} == {16}


async def _keep(alice: Practice, server: MemoryCalendar) -> list[tuple[str, int]]:
    """Keep all events as they are now, in one transaction; the changes that it took."""
    calendar, stamp, counter = await alice.calendar(), alice.engine.stamp(), Counter()
    read = read_events(calendar, list(server.events.values()), [], sandbox=True, kept_fields=frozenset[Field]())

    def unit(connection: Connection) -> None:
        database: Engine = connection.engine
        event.listen(database, "before_cursor_execute", counter)
        try:
            _enter(connection, stamp, calendar, [*read.rows])
        finally:
            event.remove(database, "before_cursor_execute", counter)

    await alice.engine.write(unit)
    return counter.changes


def _enter(connection: Connection, stamp: Stamp, calendar: Calendar, rows: list[object]) -> None:
    entered = events.enter(connection, stamp, calendar, rows)  # type: ignore[arg-type]  # rows of columns
    plan(connection, stamp, calendar, entered)
