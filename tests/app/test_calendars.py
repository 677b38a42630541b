"""The commands about calendars and reminders, each as the command line runs it."""

from pathlib import Path
from typing import Any

import pytest

from gateway.accounts.refusals import Refused
from gateway.app.commands import CHANGES, READS, Occasion, run
from gateway.app.plain import plain
from gateway.calendar.answers import answered
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import Answer, FeedFault, ReminderState
from gateway.engine.database import Engine
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from gateway.sms.words import MessageState
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, Practice, paris, practice
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
DUE = paris("2026-11-24T15:00")


@pytest.fixture
def server() -> MemoryCalendar:
    """Alice's calendar at her provider."""
    return MemoryCalendar()


@pytest.fixture
async def alice(engine: Engine, clock: StoppedClock, server: MemoryCalendar, settings: Settings) -> Practice:
    """Alice's practice."""
    return await practice(engine, clock, server, vault=open_vault(settings.data_dir))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a fresh machine."""
    return Settings(data_dir=tmp_path)


class Console:
    """Runs commands on a practice."""

    def __init__(self, alice: Practice, settings: Settings) -> None:
        self._alice = alice
        self._settings = settings

    async def __call__(self, command: str, **arguments: Any) -> Any:
        """The answer in plain words."""
        change = CHANGES.get(command)
        function = change.function if change else READS[command]
        occasion = Occasion(self._alice.engine.stamp(), "tests", self._settings, self._alice.bridge.rules, BILLING)
        asked = {"account": "alice", **arguments}
        if change:
            return await self._alice.engine.write(lambda connection: plain(run(function, connection, occasion, asked)))
        return await self._alice.engine.read(lambda connection: plain(run(function, connection, occasion, asked)))


@pytest.fixture
def console(alice: Practice, settings: Settings) -> Console:
    """The commands, on Alice's practice."""
    return Console(alice, settings)


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


async def test_settings_are_shown_and_changed_one_by_one(alice: Practice, console: Console) -> None:
    done = await console("calendar.set", calendar="Appointments", hours="09:00-19:00", own="+33199001234, +33199001235")
    assert (done["hours"], done["own"]) == (["09:00-19:00"] * 7, ["+33199001234", "+33199001235"])
    kept = await console("calendar.settings", calendar="Appointments")
    assert (kept["hours"][0], kept["least_min"]) == ("09:00-19:00", 30)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": "9-19"},
        {"hours": "20:00-08:00"},
        {"hours": "08:00"},
        {"name": " "},
        {"notify": "the office"},
        {"notify": "office@clinic.example\nBcc: all@clinic.example"},
        {"fields": ""},
        {"own": "secretariat"},
        {"blocked": "6"},
        {"blocked": "+"},
        {"blocked": "07, " * 101},
        {"all_day": "noon"},
        {"fields": "title,weather"},
        {"display": "!"},
        {"keep_days": 0},
        {"settle_min": 100_000},
        {"region": "XX"},
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    alice: Practice, console: Console, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        await console("calendar.set", calendar="Appointments", **wrong)


async def test_numbers_are_set_as_people_write_them_and_kept_as_they_are_compared(
    alice: Practice, console: Console
) -> None:
    written = "06 12 34 56 78, +33 7, 0033 (0)6 39, 07 00, +44 20 7946 0000"
    done = await console("calendar.set", calendar="Appointments", own="01 99 00 12 34", blocked=written)
    assert done["own"] == ["+33199001234"]
    assert done["blocked"] == ["+33612345678", "+337", "+33639", "+33700", "+442079460000"]


async def test_a_number_that_is_blocked_is_not_texted_however_it_was_written(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    """A list that has no effect is worse than none."""
    await console("calendar.set", calendar="Appointments", blocked=WRITTEN)
    await server.create(WRITTEN, START)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: reminder_declined"])


async def test_what_is_set_to_nothing_follows_the_account_again(alice: Practice, console: Console) -> None:
    first = await console("calendar.set", calendar="Appointments", name="Dupont", notify="Office@Clinic.example")
    again = await console("calendar.set", calendar="Appointments", name="", notify="")
    assert (first["name"], first["notify"]) == ("Dupont", "office@clinic.example")
    assert (again["name"], again["notify"]) == (None, None)


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


async def test_a_rule_that_is_added_plans_for_what_is_known(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    await console("rule.add", calendar="Appointments", rule="2h")
    assert [each.offset_key for each in await alice.reminders()] == ["24h", "2h"]
    told = await console("rule.list", calendar="Appointments")
    assert [(each["rule"], each["means"]) for each in told] == [("24h", "24 hours before"), ("2h", "2 hours before")]
    await console("rule.remove", calendar="Appointments", rule="24h")
    assert await alice.ledger() == ["not_sent: rule_removed", "planned"]


async def test_rules_that_make_no_sense_are_refused(alice: Practice, console: Console) -> None:
    for command, rule in (("rule.add", "soon"), ("rule.add", "24h"), ("rule.remove", "3h")):
        with pytest.raises(Refused):
            await console(command, calendar="Appointments", rule=rule)
    for hours in range(3, 10):
        await console("rule.add", calendar="Appointments", rule=f"{hours}h")
    with pytest.raises(Refused, match="8 rules at the most"):
        await console("rule.add", calendar="Appointments", rule="30m")


async def test_a_template_with_an_unknown_variable_is_refused_when_it_is_saved(
    alice: Practice, console: Console
) -> None:
    with pytest.raises(Refused, match="first_name"):
        await console("template.set", calendar="Appointments", text="Hello {first_name}")


async def test_a_template_that_uses_the_title_keeps_it_from_then_on_and_one_that_does_not_erases_it(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    """Switching wording off erases what was kept for it."""
    await server.create(f"Mme Dupont {WRITTEN}", START, description="grossesse")
    await alice.run()
    await console("template.set", calendar="Appointments", text="{title} {day}")
    await alice.run()
    (event,) = await alice.events()
    assert (event.title, event.description) == (f"Mme Dupont {WRITTEN}", None)
    shown = await console("template.set", calendar="Appointments")
    (event,) = await alice.events()
    assert (event.title, shown["own"]) == (None, False)


async def test_the_preview_is_what_leaves(alice: Practice, console: Console, server: MemoryCalendar) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    (seen,) = await console("reminder.preview", calendar="Appointments")
    await alice.until(DUE)
    (message,) = await alice.messages()
    assert (seen["text"], seen["parts"], seen["units"], seen["to"]) == (
        message.body,
        message.parts,
        message.units,
        message.recipient,
    )
    assert seen["leaves_at"] == DUE.astimezone(message.created_at.tzinfo).isoformat()


async def test_why_tells_each_reminder_of_an_event_by_any_of_its_names(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    (row,) = await alice.events()
    for name in (handle, f"{handle}@memory", str(row.event_id)):
        (told,) = await console("reminder.why", event=name)
        assert [each["state"] for each in told["reminders"]] == ["sent"]
        assert told["extraction"] == ["One number was found.", f"title: {MOBILE} was picked."]
    with pytest.raises(Refused, match="No event 'nothing'"):
        await console("reminder.why", event="nothing")


async def test_why_tells_every_occurrence_of_a_series(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(WRITTEN, START, weeks=3)
    await alice.run()
    assert len(await console("reminder.why", event=handle)) == 3


async def test_why_there_is_no_reminder_is_told_in_words(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(f"{WRITTEN} ou {OTHER}", START)
    await alice.run()
    (told,) = await console("reminder.why", event=handle)
    (line,) = told["reminders"]
    assert (line["state"], line["reason"]) == ("not_sent", "number_ambiguous")
    assert line["because"].startswith("The event holds more than one number")
    assert told["extraction"][1] == "There are several, none better than the others."


async def test_the_ledger_tells_what_became_of_the_sms(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    (message,) = await alice.messages()
    states = []
    for state in (MessageState.QUEUED, MessageState.DELIVERED, MessageState.FAILED):
        await alice.message_is(message.message_id, state)
        states.append((await console("reminder.list"))[0]["state"])
    await alice.message_is(message.message_id, MessageState.DELIVERED)
    await alice.engine.write(
        lambda connection: answered(
            connection, alice.engine.stamp(), alice.account_id, message.message_id, Answer.CONFIRMED
        )
    )
    states.append((await console("reminder.list"))[0]["state"])
    assert states == ["sent", "delivered", "failed", "answered"]
    counts = {each: len(await console("reminder.list", state=each)) for each in ReminderState}
    assert {each for each, count in counts.items() if count} == {ReminderState.ANSWERED}
