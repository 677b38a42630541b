"""``gateway sms``, ``mail``, ``pack``, ``optout`` and ``audit``, on both databases and without a service."""

from typing import Any

import pytest

from gateway.app import calls
from gateway.settings import read_settings

Ok = Any  # the fixtures of conftest.py
Gateway = Any

NUMBER = "+33639981234"  # of the sandbox phone


@pytest.fixture
def clinic(ok: Ok) -> str:
    """An account with a pack of 10 units."""
    ok("account", "add", "Clinic")
    ok("pack", "add", "clinic", "10", "--label", "spring")
    return "clinic"


def test_a_pack_is_added_and_listed(ok: Ok, clinic: str) -> None:
    (listed,) = ok("pack", "list", clinic)
    assert (listed["kind"], listed["label"], listed["units_left"]) == ("pack", "spring", 10)
    assert ok("account", "show", clinic)[0]["units_left"] == 10


def test_a_message_is_sent_listed_and_shown(ok: Ok, clinic: str) -> None:
    """The first keys of a line are fixed; more may follow, none is renamed."""
    (answer,) = ok("sms", "send", clinic, "06 39 98 12 34", "Hello", "--display", "ClinicPark")
    (listed,) = ok("sms", "list")
    fixed = "id account origin to text encoding parts units class state reason held_until created_at finished_at"
    assert [*listed][:14] == fixed.split()
    assert listed["id"] == answer["id"]
    del listed["created_at"]
    assert listed == {
        "id": answer["id"],
        "account": clinic,
        "origin": "cli",
        "to": NUMBER,
        "text": "Hello",
        "encoding": "gsm",
        "parts": 1,
        "units": 1,
        "class": "alert",
        "state": "queued",
        "reason": None,
        "held_until": None,
        "finished_at": None,
        "lots": [ok("pack", "list", clinic)[0]["lot_id"]],
        "sender": None,
    }
    (shown,) = ok("sms", "show", answer["id"])
    assert (shown["display"], shown["ledger"][0]["units"], shown["waiting"]["attempts"]) == ("ClinicPark", -1, 0)


def test_the_same_key_is_the_same_message(ok: Ok, clinic: str) -> None:
    first, again = (ok("sms", "send", clinic, NUMBER, "Hello", "--key", "order 1")[0] for _ in range(2))
    assert (again["id"], first["replayed"], again["replayed"]) == (first["id"], False, True)
    assert len(ok("sms", "list")) == 1


def test_messages_are_listed_by_account_and_state_with_the_newest_first(ok: Ok, clinic: str) -> None:
    sent = [ok("sms", "send", clinic, NUMBER, text)[0]["id"] for text in ("one", "two", "three")]
    ok("sms", "cancel", sent[1])
    ok("account", "add", "Bank")
    assert [each["id"] for each in ok("sms", "list", "--limit", "2")] == [sent[2], sent[1]]
    assert [each["id"] for each in ok("sms", "list", "--account", clinic, "--state", "queued")] == [sent[2], sent[0]]
    assert ok("sms", "list", "--account", "bank") == []


def test_a_text_may_come_from_standard_input(gateway: Gateway, ok: Ok, clinic: str) -> None:
    assert gateway("sms", "send", clinic, NUMBER, "-", input="from a pipe").exit_code == 0
    assert ok("sms", "list")[0]["text"] == "from a pipe"


def test_a_message_that_has_not_left_is_taken_back_and_refunded(gateway: Gateway, ok: Ok, clinic: str) -> None:
    (sent,) = ok("sms", "send", clinic, NUMBER, "Hello")
    assert ok("sms", "cancel", sent["id"])[0]["state"] == "cancelled"
    assert ok("pack", "list", clinic)[0]["units_left"] == 10
    again = gateway("sms", "cancel", sent["id"])
    assert (again.exit_code, "cannot be taken back" in again.stderr) == (1, True)


def test_a_refused_message_is_told_with_its_cure_and_stays_on_record(gateway: Gateway, ok: Ok) -> None:
    ok("account", "add", "Clinic")
    refused = gateway("sms", "send", "clinic", NUMBER, "Hello")
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 2
    assert [(each["state"], each["reason"]) for each in ok("sms", "list")] == [("rejected", "no_credit")]


def test_a_preview_tells_parts_and_price_and_changes_nothing(ok: Ok, clinic: str) -> None:
    (seen,) = ok("sms", "preview", clinic, NUMBER, "x" * 161)
    assert (seen["state"], [len(part) for part in seen["parts"]], seen["units"]) == ("queued", [153, 8], 2)
    assert seen["credit_left"] == 8
    assert (ok("sms", "list"), ok("pack", "list", clinic)[0]["units_left"]) == ([], 10)


def test_a_preview_says_why_a_message_would_be_refused(ok: Ok, clinic: str) -> None:
    assert [(each["state"], each["reason"]) for each in ok("sms", "preview", clinic, "0140000000", "Hello")] == [
        ("rejected", "number_landline")
    ]


def test_who_says_stop_gets_nothing_more(gateway: Gateway, ok: Ok, clinic: str) -> None:
    ok("optout", "add", clinic, "0639981234")
    assert [each["recipient"] for each in ok("optout", "list", clinic)] == [NUMBER]
    assert ok("sms", "preview", clinic, NUMBER, "Hello")[0]["reason"] == "opted_out"
    assert gateway("optout", "remove", clinic, NUMBER).exit_code == 0
    assert ok("optout", "list", clinic) == []


def test_the_books_agree(gateway: Gateway, ok: Ok, clinic: str) -> None:
    ok("sms", "send", clinic, NUMBER, "Hello")
    assert ok("audit") == []
    assert "agree" in gateway("audit").stdout


@pytest.mark.parametrize("command", [("sms", "show", "12"), ("sms", "cancel", "12"), ("mail", "show", "12")])
def test_what_is_not_there_is_told(gateway: Gateway, command: tuple[str, ...]) -> None:
    result = gateway(*command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no" in result.stderr


def test_there_are_no_mails_yet(ok: Ok) -> None:
    assert ok("mail", "list") == []


@pytest.mark.parametrize("command", [("sms", "list"), ("pack", "list", "clinic"), ("optout", "list", "clinic")])
def test_people_get_a_table(gateway: Gateway, ok: Ok, clinic: str, command: tuple[str, ...]) -> None:
    ok("sms", "send", clinic, NUMBER, "Hello")
    ok("optout", "add", clinic, NUMBER)
    result = gateway(*command)
    assert (result.exit_code, "{" in result.stdout) == (0, False)


def test_the_demo_client_is_made_once_and_shown_again(ok: Ok, environment: dict[str, str]) -> None:
    first, again = ok("demo")[0], ok("demo")[0]
    assert first == again
    assert [*first] == [
        "account",
        "sender",
        "smtp_host",
        "smtp_port",
        "user",
        "password",
        "number",
        "recipient",
        "units_left",
    ]
    assert (first["sender"], first["number"], first["units_left"]) == ("staff@demo.localhost", NUMBER, 100)
    assert first["recipient"] == f"0639981234@{read_settings(environment).domain}"


def test_a_demo_password_that_was_revoked_is_replaced(ok: Ok, environment: dict[str, str]) -> None:
    first = ok("demo")[0]
    calls.change(read_settings(environment), "password.revoke", account="demo", login=first["user"])
    second = ok("demo")[0]
    assert second["user"] != first["user"]
    assert ok("demo")[0] == second


@pytest.mark.parametrize("at", ["2026-11-27T20:00", "2026-11-27T19:00:00+00:00"])
def test_a_preview_at_an_hour_tells_when_marketing_would_leave(ok: Ok, clinic: str, at: str) -> None:
    """Friday at 20:00 in Paris the window is closed; it opens on Saturday at 10:00."""
    (seen,) = ok("sms", "preview", clinic, NUMBER, "Sale", "--class", "marketing", "--at", at)
    assert (seen["state"], seen["reason"]) == ("held", "outside_window")
    assert seen["held_until"] == "2026-11-28T09:00:00+00:00"


def test_a_preview_names_the_characters_that_make_it_dearer(ok: Ok, clinic: str) -> None:
    (seen,) = ok("sms", "preview", clinic, NUMBER, "ç" + "a" * 99)
    assert (seen["units"], seen["outside_gsm"]) == (2, "ç")
