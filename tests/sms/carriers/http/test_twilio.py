"""Twilio: requests and answers as its documentation has them, deliveries as its own library signs them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault
from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.http.twilio import Twilio, twilio_from
from gateway.sms.carriers.http.twilio_signature import Keys
from gateway.sms.carriers.port import InDoubt, NotSent, Receipt, Refused, Taken
from gateway.sms.words import MessageState
from plans.checked import RuleError, Section
from plans.words import Reason
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.contracts.carrier import A_MESSAGE
from tests.peers.http_carriers.peer import deliver
from tests.peers.http_carriers.twilio import TwilioPeer
from tests.sms.carriers.http.steps import Account, Tables, connected

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
URL = "https://sms.example.com/webhooks/sms/one"
TWILIO = Twilio("AC1", "AC1", "token", Keys("token", "shared"), URL, sender="+33644609999")


@pytest.fixture
async def account(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[TwilioPeer]]:
    """A carrier and its peer."""
    async with connected("twilio", TwilioPeer(clock), tables.twilio(), clock) as made:
        yield made


def fields_of(twilio: Twilio, **changes: Any) -> dict[str, str]:
    """What is posted for an SMS."""
    return dict(parse_qsl(twilio.request(A_MESSAGE._replace(**changes), NOW).body.decode()))


def test_an_sms_is_posted_with_a_callback_of_its_own() -> None:
    request = TWILIO.request(A_MESSAGE, NOW)
    assert (request.method, request.url) == (
        "POST",
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
    )
    assert dict(parse_qsl(request.body.decode())) == {
        "To": "+33639981234",
        "From": "ALICE",
        "Body": A_MESSAGE.body,
        "StatusCallback": URL,
    }
    assert not {"token", "+33639981234"} & set(repr(request).split())


def test_the_sender_of_the_message_goes_before_ours_and_that_before_the_services() -> None:
    service = replace(TWILIO, sender=None, service="MG1")
    assert fields_of(TWILIO, display=None)["From"] == "+33644609999"
    assert "From" not in fields_of(service, display=None)
    assert {"From": "ALICE", "MessagingServiceSid": "MG1"}.items() <= fields_of(service).items()


@pytest.mark.parametrize(("left", "asked"), [(600, "600"), (0, "1"), (-5, "1"), (90_000, "36000")])
def test_it_waits_at_twilio_no_longer_than_it_is_useful(left: int, asked: str) -> None:
    assert fields_of(TWILIO, useless_after=NOW + timedelta(seconds=left))["ValidityPeriod"] == asked


@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (201, b'{"sid": "SM1"}', Taken("SM1")),
        (201, b"{}", InDoubt("answer")),
        (201, b"created", InDoubt("answer")),
        (400, b'{"code": 21211}', Refused("21211", Reason.NUMBER_INVALID)),
        (400, b'{"code": 21614}', Refused("21614", Reason.NUMBER_NOT_MOBILE)),
        (400, b'{"code": 21610}', Refused("21610", Reason.OPTED_OUT)),
        (400, b'{"code": 21408}', Refused("21408", Reason.NO_ROUTE)),
        (400, b'{"code": 21606}', Refused("21606", Reason.SENDER_ID_INVALID)),
        (400, b'{"code": 21617}', Refused("21617", Reason.TOO_MANY_PARTS)),
        (400, b'{"code": 29999}', Refused("29999", Reason.CARRIER_REJECTED)),
        (400, b'{"code": 21608}', AccountTrouble("21608")),
        (401, b'{"code": 20003}', AccountTrouble("20003")),
        (400, b'{"code": 21611}', NotSent("21611", throttled=True)),
        (500, b'{"code": 20500}', InDoubt("20500")),
        (503, b"", InDoubt("503")),
    ],
)
def test_an_answer_means_what_its_code_does(status: int, body: bytes, meant: Verdict) -> None:
    assert TWILIO.verdict(A_MESSAGE, HttpAnswer(status, {}, body)) == meant


async def test_only_a_final_status_is_a_receipt(account: Account[TwilioPeer]) -> None:
    taken = await account.carrier.send(A_MESSAGE)
    assert isinstance(taken, Taken)
    for state in ("queued", "sending", "sent", "delivered"):
        assert await deliver(account.peer.receipt(taken.carrier_ref, state)) == 204
    receipt = Receipt(
        taken.carrier_ref, MessageState.DELIVERED, "delivered", MONDAY_MORNING, recipient=A_MESSAGE.recipient
    )
    assert account.door.kept.kept == [receipt]


@pytest.mark.parametrize(
    ("state", "error", "final"),
    [
        ("undelivered", "30003", MessageState.FAILED),
        ("failed", "30008", MessageState.FAILED),
        ("failed", "30036", MessageState.EXPIRED),
        ("canceled", "", MessageState.FAILED),
    ],
)
async def test_a_receipt_keeps_the_code_of_the_failure(
    account: Account[TwilioPeer], state: str, error: str, final: MessageState
) -> None:
    taken = await account.carrier.send(A_MESSAGE)
    assert isinstance(taken, Taken)
    assert await deliver(account.peer.receipt(taken.carrier_ref, state, error)) == 204
    assert [(each.state, each.code) for each in account.door.kept.kept] == [(final, f"{state} {error}".strip())]


async def test_what_somebody_sent_comes_whole_and_may_be_empty(account: Account[TwilioPeer]) -> None:
    assert await deliver(account.peer.inbound("OUI & merci é😀")) == 204
    assert await deliver(account.peer.inbound("", "SMempty")) == 204
    assert [(each.key, each.sender, each.recipient, each.text) for each in account.door.kept.messages] == [
        ("SMinbound", "+33639981234", "+33644609999", "OUI & merci é😀"),
        ("SMempty", "+33639981234", "+33644609999", ""),
    ]


# signatures


def signed(fields: dict[str, str], key: str = "token", algorithm: str | None = None, url: str = URL) -> Delivery:
    """A form as Twilio's own library signs it."""
    headers = {"x-twilio-signature": RequestValidator(key).compute_signature(url, fields, algorithm)}
    if algorithm:
        headers["x-twilio-webhooks-signature-settings"] = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
    return Delivery("POST", url, headers, urlencode(fields).encode())


def fault_of(delivery: Delivery, twilio: Twilio = TWILIO) -> Fault | None:
    """Why it is refused, or None."""
    try:
        twilio.news(delivery, NOW)
    except DeliveryRefused as refused:
        return refused.fault
    return None


RECEIPT = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+33639981234", "AccountSid": "AC1", "Empty": ""}

FIELDS = st.dictionaries(st.text(min_size=1), st.text(), max_size=8)


@given(FIELDS)
def test_whatever_twilio_signs_is_believed(more: dict[str, str]) -> None:
    assert fault_of(signed({**more, **RECEIPT})) is None
    assert fault_of(signed({**more, **RECEIPT}, "shared", "HMAC_SHA256")) is None


def meaning(body: bytes) -> set[tuple[str, str]]:
    """The fields of a form, each once: what Twilio signs."""
    return set(parse_qsl(body.decode("latin-1"), keep_blank_values=True))


@given(FIELDS, st.data())
def test_any_byte_that_changes_makes_it_forged(more: dict[str, str], data: st.DataObject) -> None:
    delivery = signed({**more, **RECEIPT})
    at = data.draw(st.integers(0, len(delivery.body) - 1))
    byte = data.draw(st.integers(1, 255))
    body = bytearray(delivery.body)
    body[at] ^= byte
    changed = replace(delivery, body=bytes(body))
    if sorted(set(parse_qsl(changed.body.decode("latin-1"), True))) != sorted(
        set(parse_qsl(delivery.body.decode(), True))
    ):
        assert fault_of(changed) in {Fault.FORGED, Fault.MALFORMED}


@given(st.text(alphabet="ABCDEFabcdef0123456789+/=", min_size=1, max_size=60))
def test_no_guess_is_a_signature(guess: str) -> None:
    delivery = signed(RECEIPT)
    right = delivery.headers["x-twilio-signature"]
    assert guess == right or fault_of(replace(delivery, headers={"x-twilio-signature": guess})) is Fault.FORGED


@pytest.mark.parametrize(
    ("signed_at", "known_as"),
    [
        (f"{URL}?a=1", f"{URL}?a=1"),
        ("https://sms.example.com:443/webhooks/sms/one", URL),
        ("http://sms.example.com:80/x", "http://sms.example.com/x"),
        ("https://sms.example.com/x", "https://sms.example.com:8443/x"),
        ("https://sms.example.com:8443/x", "https://sms.example.com:8443/x"),
    ],
)
def test_it_may_be_signed_with_the_port_or_without(signed_at: str, known_as: str) -> None:
    assert fault_of(replace(signed(RECEIPT, url=signed_at), url=known_as)) is None
    assert fault_of(replace(signed(RECEIPT, url=signed_at), url=known_as + "/other")) is Fault.FORGED


def test_a_json_body_is_vouched_for_by_the_query() -> None:
    """It is none of the messages that are read here, so nothing is taken from it; but a changed one is forged."""
    body = '{"MessageSid": "SM1"}'
    validator = RequestValidator("token")
    url = f"{URL}?bodySHA256={validator.compute_hash(body)}"
    headers = {"x-twilio-signature": validator.compute_signature(url, {})}
    assert fault_of(Delivery("POST", url, headers, body.encode())) is Fault.MALFORMED
    assert fault_of(Delivery("POST", url, headers, b'{"MessageSid": "SM2"}')) is Fault.FORGED


def test_the_newer_signature_needs_its_own_key() -> None:
    sha256 = signed(RECEIPT, "shared", "HMAC_SHA256")
    assert fault_of(sha256) is None
    assert fault_of(signed(RECEIPT, "token", "HMAC_SHA256")) is Fault.FORGED
    assert fault_of(sha256, replace(TWILIO, keys=Keys("token"))) is Fault.UNSIGNED
    other = {**sha256.headers, "x-twilio-webhooks-signature-settings": "key=1,algorithm=HMAC_MD5"}
    assert fault_of(replace(sha256, headers=other)) is Fault.UNSIGNED
    legacy = {**signed(RECEIPT).headers, "x-twilio-webhooks-signature-settings": "key=1"}
    assert fault_of(replace(signed(RECEIPT), headers=legacy)) is None


def test_without_a_signature_nothing_is_believed() -> None:
    assert fault_of(replace(signed(RECEIPT), headers={})) is Fault.UNSIGNED


def test_a_signed_form_without_a_name_is_malformed() -> None:
    assert fault_of(signed({"MessageStatus": "delivered"})) is Fault.MALFORMED
    assert fault_of(signed({"Body": "text"})) is Fault.MALFORMED


# configuration


def test_an_api_key_sends_and_the_auth_token_still_proves(tables: Tables) -> None:
    secrets = {"auth_token_file": tables.secret("token"), "api_key_secret_file": tables.secret("key")}
    told = {"account_sid": "AC1", "api_key_sid": "SK1", "sender": "36111", "webhook_key_file": tables.secret("shared")}
    twilio = twilio_from(Section({**told, **secrets}), URL)
    assert twilio == Twilio("AC1", "SK1", "key", Keys("token", "shared"), URL, sender="36111")
    assert not any(each in repr(twilio) for each in ("token'", "key'", "shared"))


def test_somebody_must_be_shown_as_the_sender(tables: Tables) -> None:
    told = {"account_sid": "AC1", "auth_token_file": tables.secret("token")}
    with pytest.raises(RuleError, match="needs a sender or a messaging_service_sid"):
        twilio_from(Section(told, "carriers.one"), URL)
