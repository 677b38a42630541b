"""``gateway calendar``, ``reminder``, ``rule`` and ``template``, on both databases and without a service."""

from typing import Any

import pytest

Ok = Any  # the fixtures of conftest.py
Gateway = Any

ADDRESS = "https://calendar.example/alice.ics"
CALENDAR = "calendar.example/alice.ics"


@pytest.fixture
def alice(ok: Ok) -> str:
    """An account with a trial of SOLO and a published calendar that is linked."""
    ok("account", "add", "Alice")
    where = ("--address", "1 rue de la Paix", "--postcode", "75002", "--city", "Paris", "--email", "a@alice.example")
    ok("billing", "profile", "alice", "Alice SARL", *where)
    ok("billing", "accept-terms", "alice")
    ok("billing", "sandbox-card", "alice", "4000 0000 0000 0042")
    ok("plan", "subscribe", "alice", "SOLO")
    ok("calendar", "link", "alice", ADDRESS)
    return "alice"


def test_a_calendar_is_linked_enabled_paused_resumed_disabled_and_unlinked(ok: Ok, alice: str) -> None:
    states = [ok("calendar", "list", alice)[0]["state"]]
    for deed in ("enable", "pause", "resume", "disable"):
        (done,) = ok("calendar", deed, alice, CALENDAR)
        states.append(done["state"])
    assert states == ["listed", "enabled", "paused", "enabled", "listed"]
    assert ok("calendar", "unlink", alice, CALENDAR)[0]["state"] == "unlinked"
    assert ok("calendar", "list", alice) == []


def test_one_more_than_the_plan_covers_is_refused_with_the_plan_that_does(ok: Ok, gateway: Gateway, alice: str) -> None:
    ok("calendar", "enable", alice, CALENDAR)
    refused = gateway("calendar", "link", alice, "https://other.example/b.ics", "--enable")
    assert refused.exit_code == 1
    assert "SOLO covers 1 calendar" in refused.stderr
    assert "BUSINESS" in refused.stderr


def test_a_caldav_server_is_linked_with_a_password_from_the_input(ok: Ok, gateway: Gateway, alice: str) -> None:
    linked = gateway("calendar", "link", alice, "https://dav.example/", "--user", "alice", "--json", input="secret\n")
    assert linked.exit_code == 0
    assert "secret" not in linked.stdout
    assert [each["state"] for each in ok("calendar", "list", alice)] == ["listed", "being_listed"]


def test_an_address_that_would_never_be_read_is_refused_at_once(gateway: Gateway, alice: str) -> None:
    inside = "https://192.168.1.10/a.ics"
    no_https = "http://calendar.example/a.ics"
    for address, why in ((no_https, "not https"), (inside, "not public"), ("alice.ics", "no address of a calendar")):
        refused = gateway("calendar", "link", alice, address)
        assert (refused.exit_code, why in refused.stderr) == (1, True)


def test_people_see_what_they_asked_about_and_nothing_else(gateway: Gateway, alice: str) -> None:
    added = gateway("rule", "add", alice, CALENDAR.upper(), "eve")
    assert [line.split()[0] for line in added.stdout.splitlines()] == ["rule", "24h", "1d@18:00"]
    warned = gateway("template", "set", alice, CALENDAR, "{time}")
    sentences = [line for line in warned.stdout.splitlines() if line.rstrip().endswith(".")]
    assert len(sentences) == 3


def test_google_wants_an_application_of_ours_there(gateway: Gateway, alice: str) -> None:
    refused = gateway("calendar", "link", alice, "google")
    assert (refused.exit_code, "registered at google" in refused.stderr) == (1, True)


def test_settings_rules_and_templates_are_shown_and_changed(ok: Ok, alice: str) -> None:
    (done,) = ok("calendar", "set", alice, CALENDAR, "--contact", "01 99 00 12 34", "--hours", "09:00-19:00", "--merge")
    (regions,) = ok("calendar", "set", alice, CALENDAR, "--extra-regions", "RE,GB")
    assert (done["contact"], done["hours"][0], done["merge"]) == ("01 99 00 12 34", "09:00-19:00", True)
    assert (regions["extra_regions"], regions["merge"]) == (["RE", "GB"], True)
    assert ok("calendar", "show", alice, CALENDAR)[0]["contact"] == "01 99 00 12 34"
    assert ok("rule", "add", alice, CALENDAR, "eve")[0]["rules"] == ["24h", "1d@18:00"]
    assert ok("rule", "remove", alice, CALENDAR, "24h")[0]["rules"] == ["1d@18:00"]
    assert [each["rule"] for each in ok("rule", "list", alice, CALENDAR)] == ["1d@18:00"]
    (shown,) = ok("template", "set", alice, CALENDAR, "{name}: {day} {time}")
    assert (shown["template"], shown["own"]) == ("{name}: {day} {time}", True)
    assert ok("template", "show", alice, CALENDAR) == [shown]


def test_what_holds_in_all_calendars_is_shown_and_changed(ok: Ok, alice: str) -> None:
    (done,) = ok("calendar", "reading", alice, "--blocked", "+33 1", "--fields", "location,title")
    assert (done["blocked"], done["field_order"]) == (["+331"], ["location", "title"])
    assert ok("calendar", "reading", alice) == [done]


def test_a_template_may_come_from_the_input(ok: Ok, gateway: Gateway, alice: str) -> None:
    assert gateway("template", "set", alice, CALENDAR, "-", input="{name}: {day}\n").exit_code == 0
    assert ok("template", "show", alice, CALENDAR)[0]["template"] == "{name}: {day}"


def test_health_has_an_exit_code_for_programs(ok: Ok, gateway: Gateway, alice: str) -> None:
    assert gateway("calendar", "health").exit_code == 0
    ok("calendar", "enable", alice, CALENDAR)
    assert [each["well"] for each in ok("calendar", "health", alice)] == [True]
    assert [each["name"] for each in ok("calendar", "sync", alice)] == [CALENDAR]


def test_reminders_are_listed_previewed_and_explained(ok: Ok, gateway: Gateway, alice: str) -> None:
    assert ok("reminder", "list", alice, "--state", "planned", "--calendar", CALENDAR) == []
    assert ok("reminder", "preview", alice) == []
    refused = gateway("reminder", "why", alice, "nothing")
    assert (refused.exit_code, "No event 'nothing' is known" in refused.stderr) == (1, True)
