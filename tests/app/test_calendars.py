"""The commands about calendars: link, choose, look how they are."""

from functools import partial

import pytest

from gateway.accounts.refusals import Refused
from gateway.calendar import connections
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault
from tests.app.conftest import DUE, START, Console
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, WRITTEN, Practice


async def test_the_list_tells_what_is_linked_and_how_it_is(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    (one,) = await console("calendar.list")
    assert (one["name"], one["provider"], one["state"], one["reminders"]) == ("Appointments", "google", "enabled", 1)
    assert (one["rules"], one["fault"], one["link"]) == (["24h"], None, "alice@gmail.example")


async def test_a_published_file_is_linked_and_enabled_by_its_address(alice: Practice, console: Console) -> None:
    await console("calendar.disable", calendar="Appointments")
    linked = await console("calendar.link", address="https://calendar.example/alice.ics", enable=True)
    (one,) = linked["calendars"]
    assert (one["name"], one["provider"], one["state"]) == ("calendar.example/alice.ics", "ics", "enabled")


async def test_a_caldav_server_is_linked_with_a_password_and_listed_later(alice: Practice, console: Console) -> None:
    linked = await console("calendar.link", address="https://dav.example/", user="alice", password="secret")
    assert linked["calendars"] == []
    *_, waiting = await console("calendar.list")
    assert (waiting["provider"], waiting["state"], waiting["link"]) == ("caldav", "being_listed", "dav.example")


async def test_what_is_no_address_is_refused(alice: Practice, console: Console) -> None:
    with pytest.raises(Refused, match="no address of a calendar"):
        await console("calendar.link", address="alice.ics")


async def test_a_calendar_is_paused_resumed_disabled_and_enabled(alice: Practice, console: Console) -> None:
    states = [
        (await console(f"calendar.{deed}", calendar="Appointments"))["state"]
        for deed in ("pause", "resume", "disable", "enable")
    ]
    assert states == ["paused", "enabled", "listed", "enabled"]


@pytest.mark.parametrize(("deed", "again"), [("enable", "enabled already"), ("resume", "not paused already")])
async def test_what_is_done_already_is_refused(alice: Practice, console: Console, deed: str, again: str) -> None:
    with pytest.raises(Refused, match=again):
        await console(f"calendar.{deed}", calendar="Appointments")


async def test_disabling_twice_is_refused(alice: Practice, console: Console) -> None:
    await console("calendar.disable", calendar="Appointments")
    with pytest.raises(Refused, match="is not enabled"):
        await console("calendar.disable", calendar="Appointments")


async def test_disabling_drops_what_was_planned_and_enabling_plans_it_anew(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    await console("calendar.disable", calendar="Appointments")
    assert await alice.ledger() == ["not_sent: calendar_off"]
    await console("calendar.enable", calendar="Appointments")
    await alice.until(DUE)
    assert (await alice.sms(), await alice.ledger()) == ([MOBILE], ["sent"])


async def test_unlinking_stops_everything_and_forgets_the_secret(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    await console("calendar.unlink", calendar="Appointments")
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: calendar_off"])
    assert await console("calendar.list") == []


async def test_health_shows_the_fault_with_a_cure(alice: Practice, console: Console, server: MemoryCalendar) -> None:
    await alice.run()
    assert [each["well"] for each in await console("calendar.health")] == [True]
    await server.fail(1)
    await alice.poll_now()
    (one,) = await console("calendar.health")
    assert (one["well"], one["failures"], one["fault"]) == (False, 1, "The provider cannot be reached.")
    assert one["cure"]


async def test_every_fault_has_words(alice: Practice, console: Console) -> None:
    for fault in FeedFault:
        await alice.change(fault=fault)
        (one,) = await console("calendar.health")
        assert one["fault"]
        assert one["cure"]


async def test_sync_reads_at_once(alice: Practice, console: Console, server: MemoryCalendar) -> None:
    await alice.run()
    await server.create(WRITTEN, START)
    await console("calendar.sync")
    await alice.run()
    assert len(await alice.reminders()) == 1


async def test_a_calendar_that_is_not_there_is_named(alice: Practice, console: Console) -> None:
    for name in ("Nothing", "12345"):
        with pytest.raises(Refused, match="There is no calendar"):
            await console("calendar.pause", calendar=name)


async def test_two_calendars_of_one_name_are_told_apart_by_id(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await alice.change_plan("BUSINESS")
    await alice.add(server.copy())
    with pytest.raises(Refused, match="2 calendars are called"):
        await console("calendar.pause", calendar="Appointments")
    found = await console("calendar.list")
    assert (await console("calendar.pause", calendar=found[1]["id"]))["state"] == "paused"


async def test_a_calendar_that_is_not_enabled_shows_what_is_wrong_with_its_connection(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await console("calendar.disable", calendar="Appointments")
    server.unlisted = FeedError(FeedFault.UNAVAILABLE, "503")
    await console("calendar.sync")
    await alice.run()
    (listed,), (how,) = await console("calendar.list"), await console("calendar.health")
    assert listed["fault"] == how["fault"] == "The provider cannot be reached."
    assert (how["well"], bool(how["cure"])) == (False, True)


async def test_a_calendar_that_was_disabled_shows_no_fault_of_before(alice: Practice, console: Console) -> None:
    await alice.change(fault=FeedFault.UNAVAILABLE, failures=3)
    assert (await console("calendar.disable", calendar="Appointments"))["fault"] is None


async def test_a_server_that_does_not_list_its_calendars_shows_in_health_and_can_be_unlinked(
    alice: Practice, console: Console
) -> None:
    linked = await console("calendar.link", address="https://dav.example/", user="alice", password="wrong")
    refused = partial(
        connections.lose_consent,
        account_id=alice.account_id,
        connection_id=int(linked["connection_id"]),
        fault=FeedFault.CREDENTIALS_WRONG,
    )
    await alice.engine.write(refused)
    *_, listed = await console("calendar.list")
    sick, well = await console("calendar.health")
    assert (listed["state"], listed["fault"]) == ("needs_consent", "User or password are wrong.")
    assert (sick["name"], sick["well"], sick["fault"], well["well"]) == ("dav.example", False, listed["fault"], True)
    ended = await console("calendar.unlink", calendar=str(listed["id"]))
    assert (ended["name"], ended["state"]) == ("dav.example", "unlinked")
    assert len(await console("calendar.list")) == len(await console("calendar.health")) == 1
