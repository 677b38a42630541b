"""SMSFactor: campaigns of one message, and what its webhooks tell."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault
from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.http.smsfactor import SmsFactor
from gateway.sms.carriers.port import InDoubt, NotSent, Receipt, Refused, Taken
from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass, Reason
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE
from tests.peers.http_carriers.peer import deliver
from tests.peers.http_carriers.smsfactor import SmsFactorPeer
from tests.sms.carriers.http.steps import Account, Tables, connected

URL = "https://sms.example.com/webhooks/sms/one"
SMSFACTOR = SmsFactor("token", "mysignature123", "GATEWAY", "36111")


@pytest.fixture
async def account(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[SmsFactorPeer]]:
    """A carrier and its peer."""
    async with connected("smsfactor", SmsFactorPeer(clock), tables.smsfactor(), clock) as made:
        yield made


def posted(**changes: Any) -> dict[str, Any]:
    """What is posted for an SMS."""
    sms: dict[str, Any] = json.loads(SMSFACTOR.request(A_MESSAGE._replace(**changes), NOW).body)["sms"]
    return sms


def test_an_sms_is_a_campaign_with_our_reference() -> None:
    assert posted() == {
        "message": {"text": A_MESSAGE.body, "pushtype": "alert", "unicode": 0, "sender": "ALICE"},
        "recipients": {"gsm": [{"gsmsmsid": A_MESSAGE.reference, "value": "33639981234"}]},
    }


def test_marketing_and_unicode_are_said() -> None:
    message = posted(message_class=MessageClass.MARKETING, alphabet=Alphabet.UCS2, display=None)["message"]
    assert (message["pushtype"], message["unicode"], message["sender"]) == ("marketing", 1, "GATEWAY")


@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (200, {"status": 1, "sent": 1}, Taken(A_MESSAGE.reference)),
        (200, {"status": 1}, Taken(A_MESSAGE.reference)),
        (200, {"status": -8}, Taken(A_MESSAGE.reference)),
        (200, {"status": 1, "sent": 0, "blacklisted": 1}, Refused("blacklisted", Reason.OPTED_OUT)),
        (200, {"status": 1, "sent": 0, "invalid": 1}, Refused("invalid", Reason.NUMBER_INVALID)),
        (200, {"status": 1, "sent": 0, "npai": 1}, Refused("npai", Reason.NUMBER_INVALID)),
        (200, {"status": 1, "sent": 0, "duplicated": 1}, Refused("duplicated", Reason.DUPLICATE)),
        (200, {"status": 1, "sent": 0}, Refused("sent 0", Reason.CARRIER_REJECTED)),
        (401, {"status": -1}, AccountTrouble("-1")),
        (200, {"status": -3}, AccountTrouble("-3")),
        (200, {"status": -5}, Refused("-5", Reason.NUMBER_INVALID)),
        (200, {"status": -7}, Refused("-7", Reason.CARRIER_REJECTED)),
        (200, {"status": -99}, InDoubt("-99")),
        (200, {"status": -42}, InDoubt("-42")),
        (200, {}, InDoubt("200")),
        (500, {}, InDoubt("500")),
        (429, {}, NotSent("429", throttled=True)),
    ],
)
def test_an_answer_means_what_its_status_and_counters_do(status: int, body: dict[str, Any], meant: Verdict) -> None:
    assert SMSFACTOR.verdict(A_MESSAGE, HttpAnswer(status, {}, json.dumps(body).encode())) == meant


async def test_who_is_filtered_gets_nothing(account: Account[SmsFactorPeer]) -> None:
    account.peer.filtered = "blacklisted"
    assert await account.carrier.send(A_MESSAGE) == Refused("blacklisted", Reason.OPTED_OUT)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("0", None),
        ("1", None),
        ("2", MessageState.FAILED),
        ("3", MessageState.DELIVERED),
        ("4", MessageState.FAILED),
        ("5", MessageState.FAILED),
        ("6", MessageState.FAILED),
        ("7", MessageState.FAILED),
        ("9", MessageState.FAILED),
        ("11", MessageState.FAILED),
        ("12", MessageState.EXPIRED),
        ("99", None),
    ],
)
async def test_a_receipt_names_our_reference(
    account: Account[SmsFactorPeer], status: str, final: MessageState | None
) -> None:
    await account.carrier.send(A_MESSAGE)
    assert await deliver(account.peer.receipt(A_MESSAGE.reference, status)) == 204
    ours = A_MESSAGE.reference
    assert account.door.kept.kept == (
        [Receipt(ours, final, status, NOW, reference=ours, recipient=A_MESSAGE.recipient)] if final else []
    )


async def test_what_somebody_sent_has_the_same_name_when_it_comes_again(account: Account[SmsFactorPeer]) -> None:
    assert await deliver(account.peer.inbound("OUI")) == 204
    assert await deliver(account.peer.inbound("NON")) == 204
    first, second = account.door.kept.messages
    assert (first.sender, first.recipient, first.text) == ("33639981234", "36111", "OUI")
    assert first.at == datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    assert first.key != second.key


async def test_a_webhook_of_stops_says_stop_whatever_was_written(account: Account[SmsFactorPeer]) -> None:
    assert await deliver(account.peer.inbound("arretez svp", "?type=STOP")) == 204
    assert [each.text for each in account.door.kept.messages] == ["STOP"]


def delivery(told: object, signature: str | None = "mysignature123") -> Delivery:
    """A webhook."""
    headers = {} if signature is None else {"x-smsfactor-signature": signature}
    return Delivery("POST", URL, headers, json.dumps(told).encode())


def fault_of(one: Delivery, smsfactor: SmsFactor = SMSFACTOR) -> Fault | None:
    """Why it is refused, or None."""
    try:
        smsfactor.news(one, NOW)
    except DeliveryRefused as refused:
        return refused.fault
    return None


RECEIPT = {"status": 3, "message_id": "250545910579200023", "destination": "33639981234"}


@given(st.text())
def test_no_other_signature_is_right(guess: str) -> None:
    assert guess == "mysignature123" or fault_of(delivery(RECEIPT, guess)) in {Fault.FORGED, Fault.UNSIGNED}


def test_a_signature_must_be_there_where_the_webhook_was_made_with_one() -> None:
    assert fault_of(delivery(RECEIPT)) is None
    assert fault_of(delivery(RECEIPT, None)) is Fault.UNSIGNED
    assert fault_of(delivery(RECEIPT, None), replace(SMSFACTOR, signature=None)) is None
    assert (SMSFACTOR.proves, replace(SMSFACTOR, signature=None).proves) == (True, False)


@pytest.mark.parametrize("told", [[], {"status": 3}, {"message": "text"}, {"from": "33639981234", "message": 7}])
def test_what_makes_no_sense_is_malformed(told: object) -> None:
    assert fault_of(delivery(told)) is Fault.MALFORMED
