"""Answers from phones, by hand: what was sent, whose it is, and the numbers that it came to."""

from typing import Any

import pytest

Ok = Any  # the fixtures of conftest.py
Gateway = Any

NUMBER = "+33639981234"


@pytest.fixture
def clinic(ok: Ok) -> str:
    """An account."""
    ok("account", "add", "Clinic")
    return "clinic"


def test_a_phone_of_the_sandbox_answers_and_it_waits_to_be_understood(gateway: Gateway, ok: Ok, clinic: str) -> None:
    assert ok("sandbox", "reply", "0639981234", "Bonjour") == [{"from": NUMBER, "to": "sandbox", "text": "Bonjour"}]
    assert (clinic, ok("sms", "inbound", "list"), ok("sms", "inbound", "list", "--account", clinic)) == (clinic, [], [])
    assert "Nobody sent '12'" in gateway("sms", "inbound", "show", "12").stderr


def test_only_a_mobile_can_answer(gateway: Gateway) -> None:
    assert "is no mobile number" in gateway("sandbox", "reply", "0140000000", "Bonjour").stderr


def test_numbers_are_entered_listed_and_taken_out(gateway: Gateway, ok: Ok, clinic: str) -> None:
    ok("number", "add", "+33700000000", "--account", clinic)
    ok("number", "add", "36111")
    assert [(each["number"], each["kind"], each["account"]) for each in ok("number", "list")] == [
        ("+33700000000", "long", clinic),
        ("36111", "short_code", None),
    ]
    assert gateway("number", "remove", "36111").exit_code == 0
    assert len(ok("number", "list")) == 1


def test_how_much_a_stop_silences_is_the_clients_choice(ok: Ok) -> None:
    assert ok("account", "add", "Second", "--stop-scope", "sender")[0]["stop_scope"] == "sender"
