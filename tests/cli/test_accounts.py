"""``gateway account`` and ``gateway sender``: every command, on both databases."""

from typing import Any

import pytest

Ok = Any  # the fixtures of conftest.py
Gateway = Any


def test_an_account_is_opened_listed_and_shown(ok: Ok) -> None:
    (added,) = ok("account", "add", "Clinique du Parc", "--country", "be", "--language", "en", "--stop-in-alerts")
    assert (added["slug"], added["country"], added["language"], added["stop_in_alerts"]) == (
        "clinique-du-parc",
        "BE",
        "en",
        True,
    )
    assert ok("account", "list") == [added]
    assert ok("account", "show", "clinique-du-parc") == [{**added, "units_left": 0, "open_countries": {}}]
    assert ok("account", "show", added["account_id"])[0]["slug"] == "clinique-du-parc"


def test_an_account_is_suspended_resumed_and_closed(ok: Ok) -> None:
    ok("account", "add", "Clinic")
    states = [ok("account", each, "clinic")[0]["state"] for each in ("suspend", "resume", "close")]
    assert states == ["suspended", "active", "closed"]
    history = [entry["action"] for entry in ok("account", "history", "clinic")]
    assert history == ["account_closed", "account_resumed", "account_suspended", "account_added"]


def test_settings_of_an_account_are_changed_and_the_others_stay(ok: Ok, gateway: Gateway) -> None:
    (added,) = ok("account", "add", "Clinic", "--time-zone", "Europe/Brussels")
    (changed,) = ok("account", "set", "clinic", "--language", "en", "--low-credit-units", "0", "--stop-in-alerts")
    assert changed == {**added, "language": "en", "low_credit_units": 0, "stop_in_alerts": True}
    assert ok("account", "set", "clinic") == [changed]
    assert "no time zone" in gateway("account", "set", "clinic", "--time-zone", "Mars").stderr
    assert [entry["action"] for entry in ok("account", "history", "clinic")] == ["account_changed", "account_added"]


def test_a_country_is_opened_and_closed(ok: Ok, gateway: Gateway) -> None:
    ok("account", "add", "Clinic")
    ok("account", "open-country", "clinic", "RE", "--units-per-part", "2")
    assert ok("account", "show", "clinic")[0]["open_countries"] == {"RE": 2}
    assert gateway("account", "close-country", "clinic", "re").exit_code == 0
    assert ok("account", "show", "clinic")[0]["open_countries"] == {}


def test_a_sub_account_names_its_parent(ok: Ok) -> None:
    (group,) = ok("account", "add", "Group")
    (clinic,) = ok("account", "add", "Clinic", "--parent", "group")
    assert clinic["parent_id"] == group["account_id"]


def test_a_sender_is_added_changed_listed_and_removed(ok: Ok, gateway: Gateway) -> None:
    ok("account", "add", "Clinic")
    options = ("--display", "ClinicPark", "--content", "subject", "--max-parts", "2", "--notify", "all")
    (added,) = ok("sender", "add", "clinic", "IT@Clinic.Example", *options)
    assert (added["kind"], added["value"], added["display"]) == ("address", "it@clinic.example", "ClinicPark")
    assert ok("sender", "list", "clinic") == ok("sender", "show", "clinic", "it@clinic.example") == [added]
    assert ok("sender", "set", "clinic", "it@clinic.example", "--max-parts", "7") == [{**added, "max_parts": 7}]
    assert gateway("sender", "remove", "clinic", "it@clinic.example").exit_code == 0
    assert ok("sender", "list", "clinic") == []


def test_a_password_is_shown_once_listed_and_revoked(ok: Ok, gateway: Gateway) -> None:
    ok("account", "add", "Clinic")
    (added,) = ok("sender", "password", "add", "clinic", "--login", "printer", "--label", "ground floor")
    assert len(added["password"]) == 39
    (listed,) = ok("sender", "password", "list", "clinic")
    assert "password" not in listed
    assert (listed["login"], listed["label"], listed["revoked_at"]) == ("printer", "ground floor", None)
    assert gateway("sender", "password", "revoke", "clinic", "printer").exit_code == 0
    assert ok("sender", "password", "list", "clinic")[0]["revoked_at"] is not None


@pytest.mark.parametrize(
    "command",
    [
        ("account", "list"),
        ("account", "show", "clinic"),
        ("account", "history", "clinic"),
        ("sender", "list", "clinic"),
        ("sender", "password", "list", "clinic"),
    ],
)
def test_people_get_a_table(ok: Ok, gateway: Gateway, command: tuple[str, ...]) -> None:
    ok("account", "add", "Clinic")
    ok("sender", "add", "clinic", "clinic.example")
    ok("sender", "password", "add", "clinic", "--label", "clinic")
    result = gateway(*command)
    assert result.exit_code == 0
    assert "clinic" in result.stdout
    assert "{" not in result.stdout


def test_what_cannot_be_done_is_told_with_its_cure(gateway: Gateway) -> None:
    result = gateway("account", "suspend", "nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "There is no account 'nobody'.",
        "`gateway account list` shows all there are.",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        ("account", "explode"),
        ("account", "add"),
        ("account", "add", "Clinic", "--language", "de"),
        ("account", "add", "Clinic", "--colour", "red"),
        ("sender", "add", "clinic", "clinic.example", "--max-parts", "many"),
    ],
)
def test_wrong_usage_is_exit_code_2(gateway: Gateway, wrong: tuple[str, ...]) -> None:
    assert gateway(*wrong).exit_code == 2


def test_a_wrong_setting_is_named(gateway: Gateway, environment: dict[str, str]) -> None:
    environment["GATEWAY_SMTP_PORT"] = "many"
    result = gateway("account", "list")
    assert result.exit_code == 1
    assert "smtp.port = 'many' is not a whole number" in result.stderr
