"""The commands about how numbers are found in all calendars of an account."""

from typing import Any

import pytest

from gateway.accounts.audit_trail import entries
from gateway.accounts.refusals import Refused
from tests.app.conftest import START, Console
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice

BRITISH = "Mr Smith 07911 123456"
OTHER = "06 39 98 00 02"


async def test_what_an_account_says_is_shown_and_changed_one_by_one(alice: Practice, console: Console) -> None:
    unset: dict[str, Any] = {
        "default_region": None,
        "extra_regions": None,
        "field_order": None,
        "own": [],
        "blocked": [],
    }
    assert await console("calendar.reading") == unset
    await console("calendar.set_reading", blocked="06 12 34 56 78", extra_regions="RE")
    changed = await console("calendar.set_reading", fields="description,title", extra_regions="")
    assert changed == unset | {"blocked": ["+33612345678"], "field_order": ["description", "title"]}
    assert await console("calendar.reading") == changed


async def test_a_number_that_an_account_blocks_is_texted_from_none_of_its_calendars_present_or_future(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    assert await alice.ledger() == ["planned"]
    await console("calendar.set_reading", blocked=WRITTEN)
    later = MemoryCalendar("later")
    await alice.change_plan("BUSINESS")
    await alice.add(later)
    await later.create(WRITTEN, START)
    await alice.until(START)
    assert (await alice.sms(), set(await alice.ledger())) == ([], {"not_sent: reminder_declined"})


async def test_numbers_of_an_account_and_of_a_calendar_add_up(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    for written in (WRITTEN, OTHER):
        await server.create(written, START)
    await console("calendar.set", calendar="Appointments", blocked=OTHER)
    await console("calendar.set_reading", blocked=WRITTEN)
    await alice.run()
    assert [each.number for each in await alice.events()] == [None, None]


async def test_the_order_of_fields_of_a_calendar_goes_before_that_of_its_account(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START, description=OTHER)
    found = []
    for fields in (None, "", "title"):
        if fields is None:
            await console("calendar.set_reading", fields="description")
        else:
            await console("calendar.set", calendar="Appointments", fields=fields)
        await alice.run()
        found.append((await alice.events())[0].number)
    assert found == [_e164(OTHER), _e164(OTHER), _e164(WRITTEN)]


async def test_the_regions_of_a_calendar_go_before_those_of_its_account(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(BRITISH, START)
    await console("calendar.set_reading", region="GB")
    found = []
    for region in ("", "BE"):
        await console("calendar.set", calendar="Appointments", region=region)
        await alice.run()
        found.append((await alice.events())[0].number)
    assert found == ["+447911123456", None]


async def test_numbers_of_a_calendar_are_typed_in_the_region_of_its_account(alice: Practice, console: Console) -> None:
    await console("calendar.set_reading", region="GB")
    done = await console("calendar.set", calendar="Appointments", own="07911 123456")
    assert done["own"] == ["+447911123456"]


async def test_events_are_read_anew_only_where_something_changes(alice: Practice, console: Console) -> None:
    await alice.run()
    cursors = []
    for _ in range(2):
        await console("calendar.set_reading", own="01 99 00 12 34")
        cursors.append((await alice.calendar()).cursor)
        await alice.run()
    assert [each is None for each in cursors] == [True, False]


@pytest.mark.parametrize("wrong", [{"fields": "weather"}, {"region": "XX"}, {"own": "secretariat"}, {"blocked": "6"}])
async def test_what_makes_no_sense_is_refused(alice: Practice, console: Console, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        await console("calendar.set_reading", **wrong)


async def test_who_changed_it_is_on_record(alice: Practice, console: Console) -> None:
    await console("calendar.set_reading", region="BE")
    newest = await alice.engine.read(lambda connection: next(entries(connection, alice.account_id)))
    assert (newest.actor, newest.action) == ("tests", "reading_set")


def _e164(written: str) -> str:
    return "+33" + written.replace(" ", "")[1:]
