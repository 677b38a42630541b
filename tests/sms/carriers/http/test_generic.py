"""A provider that is described: requests, answers, and deliveries by given names."""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault, News
from gateway.sms.carriers.http.dialect import HttpAnswer, Verdict
from gateway.sms.carriers.http.generic import Generic
from gateway.sms.carriers.http.generic_rules import Answers, InboundRule, ReceiptRule, Seal, Sending
from gateway.sms.carriers.http.verdicts import RETRY, THROTTLE, refused
from gateway.sms.carriers.port import InboundSms, InDoubt, NotSent, Receipt, Refused, Taken
from gateway.sms.words import MessageState
from plans.words import Reason
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE
from tests.peers.http_carriers.android import AndroidPeer
from tests.peers.http_carriers.peer import deliver
from tests.sms.carriers.http.steps import Account, Tables, connected

URL = "https://sms.example.com/webhooks/sms/one"


def request_of(sending: Sending, **more: Any) -> tuple[str, str, dict[str, str], str]:
    """What is asked: method, address, headers, body."""
    message = more.pop("message", A_MESSAGE)
    request = Generic(sending, secret="s&cret", callback=URL, **more).request(message, NOW)
    return request.method, request.url, dict(request.headers), request.body.decode()


def test_a_request_may_be_json() -> None:
    document = {"to": ["{recipient}"], "from": "{sender}", "ttl": "{validity_s}", "until": "{valid_until}"}
    method, url, headers, body = request_of(Sending("https://api.example/send", document=document))
    assert (method, url, headers) == ("POST", "https://api.example/send", {"Content-Type": "application/json"})
    told = {"to": ["+33639981234"], "from": "ALICE", "ttl": 172_800, "until": "2026-11-25T09:00:00Z"}
    assert json.loads(body) == told


def test_a_request_may_be_a_form_with_headers_of_its_own() -> None:
    form = {"to": "{recipient_digits}", "text": "{text}", "dlr": "{callback}", "unicode": "{unicode}"}
    _, _, headers, body = request_of(
        Sending("https://api.example/send", headers={"X-Key": "k {secret}"}, form=form),
        message=A_MESSAGE._replace(body="à & é"),
    )
    assert headers == {"Content-Type": "application/x-www-form-urlencoded", "X-Key": "k s&cret"}
    told = "to=33639981234&text=%C3%A0+%26+%C3%A9&dlr=https%3A%2F%2Fsms.example.com%2Fwebhooks%2Fsms%2Fone&unicode=0"
    assert body == told


def test_a_request_may_be_an_address_alone() -> None:
    sending = Sending("https://api.example/{secret}/send?v=1", "GET", query={"to": "{recipient}", "from": "{sender}"})
    method, url, headers, body = request_of(sending, message=A_MESSAGE._replace(display=None))
    assert (method, headers, body) == ("GET", {}, "")
    assert url == "https://api.example/s%26cret/send?v=1&to=%2B33639981234"


def test_a_message_brings_its_own_sender_and_the_time_until_which_it_is_useful() -> None:
    document = {"from": "{sender_digits}", "left": "{validity_s}", "class": "{class}", "parts": "{parts}"}
    soon = A_MESSAGE._replace(display=None, useless_after=NOW + timedelta(minutes=5))
    sending = Sending("https://api.example", document=document, longest_validity=timedelta(hours=1))
    told = json.loads(request_of(sending, sender="+33644609999", message=soon)[3])
    assert told == {"from": "33644609999", "left": 300, "class": "alert", "parts": 1}
    gone = soon._replace(useless_after=NOW - timedelta(minutes=5))
    assert json.loads(request_of(sending, message=gone)[3])["left"] == 1


def test_secrets_are_not_shown() -> None:
    generic = Generic(Sending("https://api.example/{secret}", headers={"X": "hidden"}), secret="hidden")
    assert "hidden" not in repr(generic)


def verdict_of(answers: Answers, status: int, body: bytes) -> Verdict:
    """What an answer means by these rules."""
    return Generic(Sending("https://api.example"), answers).verdict(A_MESSAGE, HttpAnswer(status, {}, body))


OURS = Taken(A_MESSAGE.reference)


@pytest.mark.parametrize(
    ("answers", "status", "body", "meant"),
    [
        (Answers(), 200, b"", OURS),
        (Answers(), 202, b"whatever", OURS),
        (Answers(statuses=frozenset({202})), 200, b"", InDoubt("200")),
        (Answers(pattern=re.compile("^OK")), 200, b"OK 7", OURS),
        (Answers(pattern=re.compile("^OK")), 200, b"ERR 7", InDoubt("200")),
        (Answers(words={"state": frozenset({"queued"})}), 200, b'{"state": "queued"}', OURS),
        (Answers(words={"state": frozenset({"queued"})}), 200, b'{"state": "no"}', InDoubt("200")),
        (Answers(reference="m.0.id"), 200, b'{"m": [{"id": 7}]}', Taken("7")),
        (Answers(reference="m.0.id"), 200, b'{"m": []}', InDoubt("answer")),
        (Answers(reference="id"), 200, b'{"id": "' + b"x" * 81 + b'"}', InDoubt("answer")),
        (Answers(reference_pattern=re.compile("id=([0-9]+)")), 200, b"OK id=42", Taken("42")),
        (Answers(reference_pattern=re.compile("id=([0-9]+)")), 200, b"OK", InDoubt("answer")),
        (Answers(), 400, b"", Refused("400", Reason.CARRIER_REJECTED)),
        (Answers(), 500, b"", InDoubt("500")),
        (Answers(meanings={"500": RETRY}), 500, b"", NotSent("500")),
        (Answers(meanings={"503": THROTTLE}), 503, b"", NotSent("503", throttled=True)),
        (
            Answers(code="e.code", meanings={"17": refused(Reason.NUMBER_INVALID)}),
            400,
            b'{"e": {"code": 17}}',
            Refused("17", Reason.NUMBER_INVALID),
        ),
        (
            Answers(pattern=re.compile("^OK"), code_pattern=re.compile("ERR ([0-9]+)"), meanings={"9": RETRY}),
            200,
            b"ERR 9",
            NotSent("9"),
        ),
        (Answers(known=frozenset({"409"})), 409, b"", OURS),
    ],
)
def test_an_answer_is_read_by_the_rules(answers: Answers, status: int, body: bytes, meant: Verdict) -> None:
    assert verdict_of(answers, status, body) == meant


@given(st.binary(), st.integers(100, 599))
def test_no_answer_breaks_the_rules(body: bytes, status: int) -> None:
    answers = Answers(words={"a.0": frozenset({"x"})}, reference="a.b", code="c", code_pattern=re.compile("(.)"))
    verdict_of(answers, status, body)


# deliveries

RECEIPTS = ReceiptRule(
    "id", "state", {"done": MessageState.DELIVERED, "bad": MessageState.FAILED}, "ref", "to", "error"
)
INBOUND = InboundRule("from", "text", recipient="to", number="36111", at="at")
SEAL = Seal("secret", "x-signature", "{timestamp}.{body}", "sha256=", timestamp="x-timestamp")


def news_of(fields: dict[str, Any], **rules: Any) -> News:
    """What a delivery tells by these rules."""
    told = Delivery("POST", URL, {}, json.dumps(fields).encode())
    return Generic(Sending("https://api.example"), **rules).news(told, NOW)


def test_a_receipt_is_read_by_its_names() -> None:
    told = {"id": 7, "state": "bad", "ref": A_MESSAGE.reference, "to": "33639981234", "error": "absent"}
    receipt = Receipt("7", MessageState.FAILED, "absent", NOW, A_MESSAGE.reference, "+33639981234")
    assert news_of(told, receipts=RECEIPTS) == News(receipts=[receipt])
    least = ReceiptRule("id", "state", {"done": MessageState.DELIVERED})
    assert news_of({"id": "7", "state": "done"}, receipts=least) == News(
        receipts=[Receipt("7", MessageState.DELIVERED, "done", NOW)]
    )


def test_what_is_not_final_or_not_looked_for_tells_nothing() -> None:
    assert news_of({"id": "7", "state": "sent"}, receipts=RECEIPTS) == News()
    assert news_of({"id": "7"}, receipts=RECEIPTS) == News()
    assert news_of({"id": "7", "state": "done"}) == News()
    assert news_of({"text": "no sender"}, inbound=INBOUND) == News()


def test_what_somebody_sent_is_read_by_its_names() -> None:
    told = {"from": "33639981234", "text": "OUI", "at": "2026-11-23T09:59:00+01:00"}
    (inbound,) = news_of(told, receipts=RECEIPTS, inbound=INBOUND).inbound
    at = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    assert inbound == InboundSms(inbound.key, "33639981234", "36111", "OUI", at)
    named = replace(INBOUND, key="id")
    assert [each.key for each in news_of({**told, "id": "m-1", "to": "38000"}, inbound=named).inbound] == ["m-1"]
    other = replace(INBOUND, when={"event": frozenset({"received"})})
    assert news_of(told, inbound=other) == News()
    assert len(news_of({**told, "event": "received"}, inbound=other).inbound) == 1


def test_a_receipt_that_is_not_final_is_no_sms_of_the_phone() -> None:
    told = {"id": "7", "state": "sent", "from": "33639981234"}
    assert news_of(told, receipts=RECEIPTS, inbound=INBOUND) == News()
    both = replace(INBOUND, when={"state": frozenset({"sent"})})
    assert len(news_of(told, receipts=RECEIPTS, inbound=both).inbound) == 1


def test_what_stands_in_the_address_is_under_no_seal_and_not_believed() -> None:
    """The seal of one empty body would let anything through."""
    delivery = sealed(b"")
    generic = Generic(Sending("https://api.example"), seal=SEAL, receipts=RECEIPTS)
    assert generic.news(replace(delivery, url=f"{URL}?id=7&state=done"), NOW) == News()
    body = sealed(b'{"id": "7", "state": "bad"}')
    (receipt,) = generic.news(replace(body, url=f"{URL}?to=33639981234&error=none"), NOW).receipts
    assert (receipt.code, receipt.recipient) == ("bad", None)


def test_a_receipt_without_a_name_is_malformed() -> None:
    with pytest.raises(DeliveryRefused, match="malformed"):
        news_of({"state": "done"}, receipts=RECEIPTS)


def sealed(body: bytes, seconds: str = str(int(NOW.timestamp())), secret: str = "secret") -> Delivery:
    """A delivery with the seal of another implementation."""
    right = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Delivery("POST", URL, {"x-signature": f"sha256={right}", "x-timestamp": seconds}, body)


def fault_of(delivery: Delivery, seal: Seal = SEAL) -> Fault | None:
    """Why it is refused, or None."""
    try:
        Generic(Sending("https://api.example"), seal=seal, receipts=RECEIPTS).news(delivery, NOW)
    except DeliveryRefused as refusal:
        return refusal.fault
    return None


BODY = b'{"id": "7", "state": "done", "note": "{body}{timestamp}"}'


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_byte_that_changes_breaks_the_seal(at: int, byte: int) -> None:
    body = bytearray(BODY)
    body[at] ^= byte
    assert fault_of(sealed(BODY)) is None
    assert fault_of(replace(sealed(BODY), body=bytes(body))) is Fault.FORGED


def test_a_seal_is_of_the_secret_of_its_time_and_has_its_prefix() -> None:
    right = sealed(BODY)
    assert fault_of(sealed(BODY, secret="other")) is Fault.FORGED
    assert fault_of(replace(right, headers={**right.headers, "x-timestamp": "1"})) is Fault.FORGED
    assert fault_of(sealed(BODY, "1")) is Fault.STALE
    assert fault_of(sealed(BODY, "")) is Fault.UNSIGNED
    assert fault_of(replace(right, headers={"x-timestamp": right.headers["x-timestamp"]})) is Fault.UNSIGNED
    bare = right.headers["x-signature"].removeprefix("sha256=")
    assert fault_of(replace(right, headers={**right.headers, "x-signature": bare})) is Fault.UNSIGNED


def test_a_seal_may_be_base64_and_without_a_time() -> None:
    digest = b64encode(hmac.new(b"secret", BODY, hashlib.sha256).digest()).decode()
    seal = Seal("secret", "x-signature", base64=True)
    assert fault_of(Delivery("POST", URL, {"x-signature": digest}, BODY), seal) is None
    assert fault_of(Delivery("POST", URL, {"x-signature": digest}, BODY + b" "), seal) is Fault.FORGED


# the phone of the example


@pytest.fixture
async def phone(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[AndroidPeer]]:
    """The example as it is shipped, and a phone."""
    async with connected("http", AndroidPeer(clock), tables.android(), clock) as made:
        yield made


async def test_a_phone_takes_an_sms_once(phone: Account[AndroidPeer]) -> None:
    assert [await phone.carrier.send(A_MESSAGE) for _ in range(2)] == [OURS, OURS]
    (sent,) = phone.peer.sent
    assert sent.fields == {
        "id": A_MESSAGE.reference,
        "phoneNumbers": ["+33639981234"],
        "textMessage": {"text": A_MESSAGE.body},
        "ttl": 172_800,
        "withDeliveryReport": True,
    }
    assert phone.peer.requests[0].url.query == "deviceActiveWithin=12"


async def test_a_phone_tells_what_became_of_it(phone: Account[AndroidPeer]) -> None:
    await phone.carrier.send(A_MESSAGE)
    assert await deliver(phone.peer.receipt(A_MESSAGE.reference, "sms:sent")) == 204
    assert (
        await deliver(phone.peer.receipt(A_MESSAGE.reference, "sms:failed", reason="RESULT_ERROR_LIMIT_EXCEEDED"))
        == 204
    )
    ours, code = A_MESSAGE.reference, "RESULT_ERROR_LIMIT_E"
    assert phone.door.kept.kept == [Receipt(ours, MessageState.FAILED, code, NOW, ours, A_MESSAGE.recipient)]


async def test_a_phone_passes_on_what_somebody_sent(phone: Account[AndroidPeer]) -> None:
    assert [await deliver(phone.peer.inbound("OUI", each)) for each in ("event-1", "event-2")] == [204, 204]
    first, second = phone.door.kept.messages
    assert (first.key, first.sender, first.recipient, first.text) == ("event-1", "+33639981234", "+33644600000", "OUI")
    assert second.key == "event-2"
