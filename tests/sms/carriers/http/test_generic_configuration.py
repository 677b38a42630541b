"""A provider is described by one table, and what is wrong in it is named."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.settings import read_config
from gateway.sms.carriers.http import generic_configuration, ovh, smsfactor, twilio, vonage
from gateway.sms.carriers.http.generic import Generic
from gateway.sms.carriers.http.generic_configuration import generic_from
from gateway.sms.carriers.http.generic_rules import Sending
from gateway.sms.carriers.http.settings import COMMON
from gateway.sms.carriers.http.verdicts import ACCOUNT, THROTTLE, refused
from gateway.sms.words import MessageState
from plans.checked import RuleError, Section
from plans.words import Reason
from tests.sms.carriers.http.steps import Tables

LEAST: dict[str, Any] = {"url": "https://api.example/send"}
URL = "https://sms.example.com/webhooks/sms/one"


def read(**more: Any) -> Generic:
    return generic_from(Section({**LEAST, **more}, "carriers.one"), URL)


def test_an_address_is_enough() -> None:
    assert read() == Generic(Sending("https://api.example/send"), callback=URL)


def test_how_to_ask_can_be_said(tables: Tables) -> None:
    generic = read(
        method="PUT",
        headers={"X-Key": "{secret}"},
        query={"a": 1},
        form={"to": "{recipient}"},
        secret_file=tables.secret("s"),
        username="me",
        sender="36111",
        longest_validity_s=60,
        deduplicates=True,
    )
    assert generic.sending == Sending(
        "https://api.example/send",
        "PUT",
        {"X-Key": "{secret}", "Authorization": "Basic bWU6cw=="},
        {"a": 1},
        {"to": "{recipient}"},
        longest_validity=timedelta(seconds=60),
    )
    assert (generic.deduplicates, generic.sender, generic.secret) == (True, "36111", "s")


def test_how_to_read_answers_can_be_said() -> None:
    codes = {"1": "throttle", "2": "account", "3": "number_invalid", "4": "taken", "5": "refused"}
    patterns = {"pattern": "^OK", "id_pattern": "id=(.*)", "code_pattern": "ERR (.*)"}
    rules = read(answer={"statuses": [202], "words": {"a": ["b"]}, "id": "i", "code": "c", "codes": codes, **patterns})
    assert rules.answers.meanings == {
        "1": THROTTLE,
        "2": ACCOUNT,
        "3": refused(Reason.NUMBER_INVALID),
        "5": refused(),
    }
    assert (rules.answers.known, rules.answers.statuses) == (frozenset({"4"}), frozenset({202}))
    assert (rules.answers.reference, rules.answers.code) == ("i", "c")
    assert rules.answers.words == {"a": frozenset({"b"})}


def test_how_to_read_deliveries_can_be_said(tables: Tables) -> None:
    signature = {"header": "X-Sig", "secret_file": tables.secret("s"), "signed": "{timestamp}{body}"}
    more = {"timestamp": "X-Time", "encoding": "base64", "fresh_s": 60, "prefix": "v1="}
    receipts = {"id": "i", "state": "s", "delivered": ["DELIVRD"], "expired": ["EXPIRED"]}
    inbound = {"sender": "from", "text": "text", "id": "i"}
    generic = read(signature={**signature, **more}, receipts=receipts, inbound=inbound)
    assert generic.seal is not None
    assert generic.receipts is not None
    assert (generic.seal.header, generic.seal.timestamp, generic.seal.base64) == ("x-sig", "x-time", True)
    assert generic.receipts.states == {"DELIVRD": MessageState.DELIVERED, "EXPIRED": MessageState.EXPIRED}
    assert generic.proves


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"url": "api.example"}, "url must begin with https"),
        ({"url": "https://api.example/{nobody}"}, r"url: \{nobody\} is unknown"),
        ({"method": "PATCH"}, "method takes GET, POST, PUT"),
        ({"json": {"to": "{nobody}"}}, r"json: \{nobody\} is unknown"),
        ({"query": "a=1"}, "query must be a table"),
        ({"json": {}, "form": {}}, "json or a form, not both"),
        ({"headers": {"X": "{text}"}}, r"headers.X: \{text\} is unknown"),
        ({"username": "me"}, "secret_file is missing"),
        ({"answer": {"code": ""}}, "answer.code is empty"),
        ({"answer": {"pattern": "("}}, "answer.pattern is no regular expression"),
        ({"answer": {"id_pattern": "id="}}, "answer.id_pattern must have a group"),
        ({"answer": {"codes": {"1": "maybe"}}}, "answer.codes.1 takes taken, refused, retry"),
        ({"receipts": {"id": "i", "state": "s"}}, "whoever delivers must prove it"),
        ({"inbound": {"sender": "i", "text": "s", "at": "t"}}, "whoever delivers must prove it"),
        ({"inbound": {"sender": "i", "text": "s"}}, r"inbound needs an id, or the time .* heard once"),
        ({"receipts": {"id": "i"}}, "receipts.state is missing"),
        ({"signature": {"header": "X", "secret_file": "{s}", "signed": "{timestamp}"}}, "signed must hold"),
        ({"signature": {"header": "X", "secret_file": "{s}", "timestamp": "T"}}, "signed must hold"),
        ({"signature": {"header": "X", "secret_file": "{s}", "encoding": "hax"}}, "encoding takes hex, base64"),
        ({"colour": "red"}, "colour is unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_key(tables: Tables, said: dict[str, Any], told: str) -> None:
    if "signature" in said:
        said["signature"]["secret_file"] = tables.secret("s")
    with pytest.raises(RuleError, match=told):
        read(**said)


@pytest.mark.parametrize(
    ("carrier", "keys"),
    [
        ("twilio", twilio.KEYS),
        ("vonage", vonage.KEYS),
        ("smsfactor", smsfactor.KEYS),
        ("ovh", ovh.KEYS),
        ("phone", generic_configuration.KEYS - {"form"}),
    ],
)
def test_the_example_shows_every_key(carrier: str, keys: set[str]) -> None:
    shown = read_config("carriers.example.toml")["carriers"]
    assert keys <= shown[carrier].keys() <= keys | COMMON | {"kind"}


def test_the_example_shows_every_key_that_all_have() -> None:
    shown = read_config("carriers.example.toml")["carriers"]
    assert {key for table in shown.values() for key in table} >= COMMON
