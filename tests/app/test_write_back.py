"""Having answers marked in the calendar, by command: switched on where that can be, else refused with what to do."""

import pytest

from gateway.accounts.refusals import Refused
from gateway.calendar.connections import lose_writing
from gateway.calendar.feeds.port import RemoteCalendar
from gateway.calendar.listed import enter_calendars
from gateway.calendar.words import Answer, MarkState, Provider
from gateway.calendar.write_back import WriteBack
from gateway.wording import Language, read_wording
from tests.app.conftest import DUE, START, Console
from tests.calendar.answering import answer
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice


@pytest.fixture
def backend() -> str:
    """The statements run on both databases elsewhere."""
    return "sqlite"


async def enter(alice: Practice, *, writable: bool) -> None:
    """Have the calendar listed again."""
    calendar = await alice.calendar()
    of = (alice.account_id, calendar.connection_id)
    listed = [RemoteCalendar("main", "Appointments", writable=writable)]
    stamp = alice.engine.stamp()
    await alice.engine.write(lambda unit: enter_calendars(unit, stamp, of, Provider.GOOGLE, listed, zone="UTC"))


async def test_it_is_switched_on_and_off_for_a_calendar(alice: Practice, console: Console) -> None:
    assert (await console("calendar.settings", calendar="Appointments"))["write_back"] is False
    for wanted in (True, True, False):
        assert (await console("calendar.set", calendar="Appointments", write_back=wanted))["write_back"] is wanted


async def test_a_calendar_that_was_shared_to_be_looked_at_is_refused_until_that_is_another(
    alice: Practice, console: Console
) -> None:
    await enter(alice, writable=False)
    with pytest.raises(Refused) as refused:
        await console("calendar.set", calendar="Appointments", write_back=True)
    assert "looked at only" in refused.value.text
    assert "gateway calendar sync" in refused.value.cure
    await enter(alice, writable=True)
    await console("calendar.set", calendar="Appointments", write_back=True)


async def test_with_leave_to_read_alone_it_is_refused_with_how_to_ask_for_more(
    alice: Practice, console: Console
) -> None:
    calendar = await alice.calendar()
    lose = {"account_id": alice.account_id, "connection_id": calendar.connection_id}
    await alice.engine.write(lambda unit: lose_writing(unit, **lose))
    with pytest.raises(Refused) as refused:
        await console("calendar.set", calendar="Appointments", write_back=True)
    assert "lets us read" in refused.value.text
    assert "calendar link ACCOUNT google --write" in refused.value.cure


async def test_a_published_file_is_refused(alice: Practice, console: Console) -> None:
    linked = await console("calendar.link", address="https://calendar.example/alice.ics")
    (one,) = linked["calendars"]
    with pytest.raises(Refused, match="can only be read"):
        await console("calendar.set", calendar=str(one["id"]), write_back=True)


async def test_the_ledger_tells_of_the_mark_and_why_there_is_none(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    async def told() -> str:
        (story,) = await console("reminder.why", event=handle)
        return str(story["in_calendar"])

    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    assert await told() == "None"
    await answer(alice, Answer.CONFIRMED)
    assert "not switched on" in await told()
    await console("calendar.set", calendar="main", write_back=True)
    await answer(alice, Answer.CANCELLED)
    assert await told() == "✗ is about to be put in front of the title of the event."
    await WriteBack(alice.bridge).run_once()
    assert await told() == "✗ stands in front of the title of the event."


@pytest.mark.parametrize("language", Language)
def test_every_state_of_a_mark_has_words(language: Language) -> None:
    words = read_wording()
    told = {each: words.phrase(f"mark_{each}", language, mark="✓") for each in MarkState}
    assert len(set(told.values())) == len(MarkState)
    for each in (MarkState.NO_ACCESS, MarkState.READ_ONLY):
        assert "--write" in words.phrase(f"calendar_marking_ended_{each}", language, calendar="Cabinet")
