"""The commands about what a client sets for a calendar: numbers, rules, words."""

from typing import Any

import pytest

from gateway.accounts.refusals import Refused
from tests.app.conftest import START, Console
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris


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
        {"hours": ""},
        {"hours": "08:00-20:00,"},
        {"hours": ",,,,,,"},
        {"name": " "},
        {"notify": "the office"},
        {"notify": "office@clinic.example\nBcc: all@clinic.example"},
        {"fields": "title,title"},
        {"own": "secretariat"},
        {"blocked": "6"},
        {"blocked": "+"},
        {"blocked": ", ".join(f"+33{each}" for each in range(501))},
        {"all_day": "noon"},
        {"fields": "title,weather"},
        {"display": "!"},
        {"keep_days": 0},
        {"settle_min": 100_000},
        {"region": "XX"},
        {"extra_regions": "RE,XX"},
        {"extra_regions": "RE, " * 21},
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
    overseas = ["+262700", "+590700", "+596700", "+594700"]
    assert done["blocked"] == ["+33612345678", "+337", "+33639", "+33700", *overseas, "+442079460000"]


@pytest.mark.parametrize("typed", [WRITTEN, "06 92 12 34 56"])
@pytest.mark.parametrize("digits", [4, 14])
async def test_a_number_that_is_blocked_is_not_texted_however_it_was_written(
    alice: Practice, console: Console, server: MemoryCalendar, typed: str, digits: int
) -> None:
    """A list that has no effect is worse than none; the second number is of Réunion."""
    await console("calendar.set", calendar="Appointments", blocked=typed[:digits])
    await server.create(typed, START)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: reminder_declined"])


async def test_what_is_set_to_nothing_follows_the_account_again(alice: Practice, console: Console) -> None:
    chosen = {
        "name": "Dupont",
        "notify": "office@clinic.example",
        "region": "BE",
        "extra_regions": "FR, LU",
        "fields": "location",
        "display": "Dupont",
    }
    kept = ("name", "notify", "default_region", "extra_regions", "field_order", "display")
    first = await console("calendar.set", calendar="Appointments", **chosen)
    again = await console("calendar.set", calendar="Appointments", **dict.fromkeys(chosen, ""))
    assert [first[each] for each in kept] == [
        *("Dupont", "office@clinic.example", "BE", ["FR", "LU"]),
        *(["location"], "Dupont"),
    ]
    assert [again[each] for each in kept] == [None] * 6


async def test_numbers_are_read_in_the_extra_regions_that_are_chosen(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create("Mr Smith 07911 123456", START)
    await alice.run()
    await console("calendar.set", calendar="Appointments", extra_regions="RE, gb")
    found = [(await alice.events())[0].number]
    await alice.run()
    assert [*found, (await alice.events())[0].number] == [None, "+447911123456"]


async def test_a_day_may_be_closed(alice: Practice, console: Console, server: MemoryCalendar) -> None:
    """What would leave on it leaves on the last open evening before."""
    await console("calendar.set", calendar="Appointments", hours="08:00-20:00," * 6)
    await server.create(WRITTEN, paris("2026-11-30T10:00"))
    await alice.run()
    (one,) = await alice.reminders()
    assert one.due_at == paris("2026-11-28T19:45")


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


async def test_a_calendar_that_is_disabled_keeps_no_text_and_has_it_again_when_it_is_enabled(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(f"Mme Dupont {WRITTEN}", START)
    await console("template.set", calendar="Appointments", text="{title} {day}")
    await alice.run()
    kept = []
    for deed in ("disable", "enable"):
        await console(f"calendar.{deed}", calendar="Appointments")
        await alice.run()
        kept.append((await alice.events())[0].title)
    assert kept == [None, f"Mme Dupont {WRITTEN}"]
