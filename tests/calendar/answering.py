"""People answer, and their answers are written back: what tests of it share."""

from datetime import timedelta

from gateway.calendar.answers import answered
from gateway.calendar.marking import MARKS
from gateway.calendar.words import Answer, MarkState
from gateway.calendar.write_back import WriteBack
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, WRITTEN, Practice, paris

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)
TITLE = f"Mme Dupont {WRITTEN}"
YES, NO = f"✓ {TITLE}", f"✗ {TITLE}"


async def reminded(open_practice: Opening, server: MemoryCalendar, **settings: object) -> tuple[Practice, str]:
    """A practice that wants events marked, an event, and the SMS about it."""
    alice = await open_practice(**{"write_back": True, **settings})
    handle = await server.create(TITLE, START)
    await alice.until(DUE)
    assert await alice.sms() == [MOBILE]
    return alice, handle


async def answer(alice: Practice, meaning: Answer, number: int = 0) -> None:
    """Somebody answers an SMS."""
    message = (await alice.messages())[number]
    await alice.engine.write(
        lambda connection: answered(connection, alice.engine.stamp(), alice.account_id, message.message_id, meaning)
    )


async def write_back(alice: Practice, later: timedelta = timedelta()) -> int:
    """Do what waits, after a while; how many marks were worked on."""
    alice.clock.advance(later)
    now = alice.clock.now()
    await alice.engine.write(lambda connection: MARKS.reap(connection, now))
    return await WriteBack(alice.bridge).run_once()


async def state(alice: Practice) -> tuple[Answer | None, MarkState | None]:
    """What is known of the mark."""
    (event,) = await alice.events()
    return event.mark, event.mark_state
