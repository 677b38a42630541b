"""``gateway carrier``, ``route``, ``sms unknown`` and ``sms send --file``, on both databases and without a service."""

from pathlib import Path
from typing import Any

import pytest

Ok = Any  # the fixtures of conftest.py
Gateway = Any

NUMBER = "+33639981234"  # of the sandbox phone


@pytest.fixture
def clinic(ok: Ok) -> str:
    """An account with a pack of 1,000 units."""
    ok("account", "add", "Clinic")
    ok("pack", "add", "clinic", "1000")
    return "clinic"


@pytest.fixture
def north(environment: dict[str, str], tmp_path: Path) -> None:
    """A carrier for alerts, beside the sandbox."""
    secret, config = tmp_path / "secret", tmp_path / "gateway.toml"
    secret.write_text("secret")
    table = f'kind = "smpp"\nhost = "127.0.0.1"\nport = 1\nsystem_id = "me"\npassword_file = "{secret}"'
    config.write_text(f'[carriers.north]\n{table}\n[[routes]]\ncarrier = "north"\nclasses = ["alert"]\n')
    environment["GATEWAY_CONFIG"] = str(config)


@pytest.mark.usefixtures("north")
def test_a_route_is_explained_for_a_message(ok: Ok, clinic: str) -> None:
    (real,) = ok("route", "explain", clinic, "0612345678")
    assert (real["carrier"], [each["fit"] for each in real["routes"]]) == ("north", ["chosen", "fictional"])
    (marketing,) = ok("route", "explain", clinic, "0612345678", "--class", "marketing", "--display", "CLINIC")
    assert (marketing["carrier"], marketing["sender"]) == (None, "alphanumeric")
    assert marketing["routes"][0]["because"] == "not this class"
    (fiction,) = ok("route", "explain", clinic, NUMBER)
    assert fiction["carrier"] == "sandbox"
    assert [each["carrier"] for each in ok("route", "list")] == ["north", "sandbox"]


def test_no_route_is_explained_for_what_is_no_mobile(gateway: Gateway, clinic: str) -> None:
    refused = gateway("route", "explain", clinic, "0123456789")
    assert (refused.exit_code, "landline" in refused.stderr) == (1, True)


@pytest.mark.usefixtures("north")
def test_carriers_are_listed_and_their_pace_is_set(ok: Ok, gateway: Gateway, clinic: str) -> None:
    ok("sms", "send", clinic, "0612345678", "Hello")
    ok("carrier", "pace", "north", "alert", "--rate", "20")
    ok("carrier", "pace", "north", "marketing", "--pause")
    north, sandbox = ok("carrier", "list")
    assert (north["kind"], north["well"], north["queued"], north["in_doubt"]) == ("smpp", True, 1, 0)
    assert north["lanes"] == [
        {"lane": "north:alert", "rate_per_s": 20.0, "paused": False},
        {"lane": "north:marketing", "rate_per_s": None, "paused": True},
    ]
    assert (sandbox["carrier"], sandbox["queued"]) == ("sandbox", 0)
    (shown,) = ok("carrier", "show", "north")
    assert (shown, north["bound"], north["links"]) == (north, "", [])  # no service keeps a link up
    assert "No carrier is called 'south'" in gateway("carrier", "show", "south").stderr
    for words in (["reopen", "north"], ["reopen", "south"], ["pace", "south", "alert"]):
        assert gateway("carrier", *words).exit_code == 1
    assert "above 0" in gateway("carrier", "pace", "north", "alert", "--rate", "0").stderr


def test_what_is_not_in_doubt_is_neither_released_nor_refunded(ok: Ok, gateway: Gateway, clinic: str) -> None:
    (sent,) = ok("sms", "send", clinic, NUMBER, "Hello")
    assert ok("sms", "unknown", "list") == []
    assert ok("sms", "dead", clinic, "--failures", "1") == []
    for what in ("release", "refund"):
        assert "not in doubt" in gateway("sms", "unknown", what, sent["id"]).stderr
        assert "no message" in gateway("sms", "unknown", what, "7").stderr


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three messages, one of which cannot be sent."""
    path = tmp_path / "messages.csv"
    path.write_text("to,text\n0639981234,Hello\n 0639985678 ,Bonjour ç\n0123456789,Landline\n", encoding="utf-8")
    return path


def test_the_messages_of_a_file_are_sent_once_however_often_the_file_is(ok: Ok, clinic: str, file: Path) -> None:
    (first,) = ok("sms", "send", clinic, "--file", str(file))
    (again,) = ok("sms", "send", clinic, "--file", str(file))
    assert first == {
        "messages": 3,
        "units": 2,
        "replayed": 0,
        "states": {"queued": 2, "rejected": 1},
        "refused": {"number_landline": 1},
    }
    assert (again["replayed"], again["units"], len(ok("sms", "list"))) == (3, 0, 3)


def test_one_text_can_go_to_all_and_spreadsheets_write_semicolons(ok: Ok, clinic: str, file: Path) -> None:
    file.write_bytes("\ufeffto;name\n0639981234;A, B\n".encode())
    (answer,) = ok("sms", "send", clinic, "Hello all", "--file", str(file))
    assert answer["states"] == {"queued": 1}
    assert ok("sms", "list")[0]["text"] == "Hello all"


def test_a_long_file_goes_in_pieces(ok: Ok, clinic: str, file: Path) -> None:
    file.write_text("to,text\n" + "".join(f"0639981234,{number} {'é' * 100}\n" for number in range(700)))
    (answer,) = ok("sms", "send", clinic, "--file", str(file))
    assert (answer["messages"], answer["states"]) == (700, {"queued": 700})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"number,text\n06,x\n", "has no column to"),
        (b"to\n06\n", "has no column text"),
        (b"", "has no column"),
        (b"to,text\n,x\n", "Line 2 of"),
        (b"to,text\n06,\xe9\n", "not written in UTF-8"),
    ],
)
def test_a_file_that_makes_no_sense_sends_nothing(
    ok: Ok, gateway: Gateway, file: Path, content: bytes, told: str
) -> None:
    ok("account", "add", "Clinic")
    file.write_bytes(content)
    refused = gateway("sms", "send", "clinic", "--file", str(file))
    assert (refused.exit_code, told in refused.stderr.replace("\n", " ")) == (1, True)
    assert ok("sms", "list") == []


def test_a_recipient_and_a_text_or_a_file_are_needed(gateway: Gateway, clinic: str, tmp_path: Path) -> None:
    assert gateway("sms", "send", clinic).exit_code == 2
    assert "cannot be read" in gateway("sms", "send", clinic, "--file", str(tmp_path / "none")).stderr
