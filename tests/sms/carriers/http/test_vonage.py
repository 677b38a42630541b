"""Vonage: requests, the statuses of parts, signed receipts and answers by GET, form and JSON."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault
from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.http.vonage import Method, Signing, Vonage, signature, vonage_from
from gateway.sms.carriers.port import InDoubt, NotSent, Piece, Receipt, Refused, Taken
from gateway.sms.words import Alphabet, MessageState
from plans.checked import RuleError, Section
from plans.words import Reason
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE
from tests.peers.http_carriers.peer import deliver
from tests.peers.http_carriers.vonage import VonagePeer, sign
from tests.sms.carriers.http.steps import Account, Tables, connected

URL = "https://sms.example.com/webhooks/sms/one"
VONAGE = Vonage("key", "secret", "+33644609999", URL, Signing("signature-secret"))


@pytest.fixture
async def account(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[VonagePeer]]:
    """A carrier and its peer."""
    async with connected("vonage", VonagePeer(clock), tables.vonage(), clock) as made:
        yield made


def fields_of(vonage: Vonage = VONAGE, **changes: Any) -> dict[str, Any]:
    """What is posted for an SMS."""
    fields: dict[str, Any] = json.loads(vonage.request(A_MESSAGE._replace(**changes), NOW).body)
    return fields


def test_an_sms_is_posted_whole_with_our_reference() -> None:
    assert fields_of() == {
        "api_key": "key",
        "api_secret": "secret",
        "from": "ALICE",
        "to": "33639981234",
        "text": A_MESSAGE.body,
        "type": "text",
        "client-ref": A_MESSAGE.reference,
        "callback": URL,
    }


def test_what_gsm_cannot_say_is_unicode_and_our_own_number_has_no_plus() -> None:
    told = fields_of(alphabet=Alphabet.UCS2, display=None)
    assert (told["type"], told["from"]) == ("unicode", "33644609999")


def test_a_callback_that_is_too_long_is_left_to_the_settings_of_the_account() -> None:
    assert "callback" not in fields_of(replace(VONAGE, callback=URL + "x" * 100))


@pytest.mark.parametrize(("left_s", "ttl"), [(600, 600_000), (0, 20_000), (10**7, 604_800_000)])
def test_it_is_tried_no_longer_than_it_is_useful(left_s: int, ttl: int) -> None:
    assert fields_of(useless_after=NOW + timedelta(seconds=left_s))["ttl"] == ttl


def answer(*statuses: str) -> HttpAnswer:
    """An answer with so many parts."""
    parts = [{"status": each, "message-id": f"0A{number}"} for number, each in enumerate(statuses)]
    return HttpAnswer(200, {}, json.dumps({"message-count": str(len(parts)), "messages": parts}).encode())


@pytest.mark.parametrize(
    ("statuses", "meant"),
    [
        (["0"], Taken("0A0")),
        (["0", "0", "0"], Taken("0A0", ("0A1", "0A2"))),
        (["1"], NotSent("1", throttled=True)),
        (["2"], Refused("2", Reason.CARRIER_REJECTED)),
        (["4"], AccountTrouble("4")),
        (["5"], NotSent("5")),
        (["9"], AccountTrouble("9")),
        (["12"], Refused("12", Reason.TOO_MANY_PARTS)),
        (["15"], Refused("15", Reason.SENDER_ID_INVALID)),
        (["33"], Refused("33", Reason.NUMBER_INVALID)),
        (["1", "1"], NotSent("1", throttled=True)),
        (["0", "5"], InDoubt("partly 5")),
        ([], InDoubt("answer")),
    ],
)
def test_the_parts_make_one_outcome(statuses: list[str], meant: Verdict) -> None:
    assert VONAGE.verdict(A_MESSAGE, answer(*statuses)) == meant


@pytest.mark.parametrize(
    "body",
    [b"", b'{"messages": 3}', b'{"messages": ["0"]}', b'{"messages": [{"status": "0"}]}', b'{"messages": [{}]}'],
)
def test_an_answer_that_says_no_such_thing_is_not_taken_for_a_yes(body: bytes) -> None:
    assert not isinstance(VONAGE.verdict(A_MESSAGE, HttpAnswer(200, {}, body)), Taken)


def test_a_failing_server_leaves_it_in_doubt() -> None:
    assert VONAGE.verdict(A_MESSAGE, HttpAnswer(502, {}, b"")) == InDoubt("502")


async def test_every_part_has_a_reference_and_a_receipt_of_its_own(account: Account[VonagePeer]) -> None:
    account.peer.parts = 2
    taken = await account.carrier.send(A_MESSAGE)
    assert isinstance(taken, Taken)
    refs = [taken.carrier_ref, *taken.more_refs]
    for ref, method in zip(refs, ("GET", "POST"), strict=True):
        assert await deliver(account.peer.receipt(ref, "delivered", method)) == 204
    assert account.door.kept.kept == [
        Receipt(each, MessageState.DELIVERED, "delivered 0", NOW, A_MESSAGE.reference, A_MESSAGE.recipient)
        for each in refs
    ]


async def test_a_message_of_which_a_part_failed_is_in_doubt(account: Account[VonagePeer]) -> None:
    account.peer.parts, account.peer.failing_parts = 3, 1
    assert await account.carrier.send(A_MESSAGE) == InDoubt("partly 5")


@pytest.mark.parametrize(
    ("state", "final"),
    [
        ("accepted", None),
        ("buffered", None),
        ("unknown", None),
        ("expired", MessageState.EXPIRED),
        ("failed", MessageState.FAILED),
        ("rejected", MessageState.FAILED),
    ],
)
async def test_only_a_final_status_is_a_receipt(
    account: Account[VonagePeer], state: str, final: MessageState | None
) -> None:
    taken = await account.carrier.send(A_MESSAGE)
    assert isinstance(taken, Taken)
    assert await deliver(account.peer.receipt(taken.carrier_ref, state, "JSON")) == 204
    assert [each.state for each in account.door.kept.kept] == ([final] if final else [])


@pytest.mark.parametrize("method", ["GET", "POST", "JSON"])
async def test_what_somebody_sent_comes_any_way(account: Account[VonagePeer], method: str) -> None:
    assert await deliver(account.peer.inbound("OUI & NON = é", method)) == 204
    (inbound,) = account.door.kept.messages
    assert (inbound.key, inbound.sender, inbound.recipient) == ("0B01", "33639981234", "33644609999")
    assert (inbound.text, inbound.at, inbound.piece) == ("OUI & NON = é", NOW, None)


@pytest.mark.parametrize(
    ("concatenation", "piece"),
    [
        (("true", "7", "3", "2"), Piece(7, 3, 2)),
        (("true", "7", "1", "1"), None),
        (("true", "7", "2", "3"), None),
        (("false", "7", "3", "2"), None),
    ],
)
async def test_parts_come_one_by_one(
    account: Account[VonagePeer], concatenation: tuple[str, ...], piece: Piece | None
) -> None:
    names = ("concat", "concat-ref", "concat-total", "concat-part")
    push = account.peer.inbound("part", **dict(zip(names, concatenation, strict=True)))
    assert await deliver(push) == 204
    assert [each.piece for each in account.door.kept.messages] == [piece]


async def test_a_part_whose_numbers_are_none_is_refused(account: Account[VonagePeer]) -> None:
    assert await deliver(account.peer.inbound("part", **{"concat": "true", "concat-ref": "x"})) == 400


# signatures

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def signed(fields: dict[str, Any], method: Method = Method.SHA256) -> Delivery:
    """A delivery with a signature that the peer made."""
    told = {"timestamp": str(int(NOW.timestamp())), "nonce": "n", **fields}
    body = json.dumps({**told, "sig": sign(told, method=method.value)}).encode()
    return Delivery("POST", URL, {}, body)


RECEIPT = {"messageId": "0A1", "status": "delivered", "msisdn": "33639981234"}


def fault_of(delivery: Delivery, vonage: Vonage = VONAGE) -> Fault | None:
    """Why it is refused, or None."""
    try:
        vonage.news(delivery, NOW)
    except DeliveryRefused as refused:
        return refused.fault
    return None


@given(st.dictionaries(TEXTS, TEXTS, max_size=6), st.sampled_from(Method))
def test_whatever_is_signed_by_the_rule_is_believed(more: dict[str, str], method: Method) -> None:
    more.pop("sig", None)
    vonage = replace(VONAGE, signing=Signing("signature-secret", method))
    assert fault_of(signed({**more, **RECEIPT}, method), vonage) is None


@given(st.sampled_from(["messageId", "status", "msisdn", "timestamp", "nonce"]), TEXTS)
def test_any_field_that_changes_makes_it_forged(name: str, value: str) -> None:
    fields = json.loads(signed(RECEIPT).body)
    changed = {**fields, name: value}
    same = signature(changed, "signature-secret", Method.SHA256) == signature(fields, "signature-secret", Method.SHA256)
    body = json.dumps(changed).encode()
    assert same or fault_of(Delivery("POST", URL, {}, body)) is Fault.FORGED


def test_a_field_more_makes_it_forged_and_none_at_all_unsigned() -> None:
    fields = json.loads(signed(RECEIPT).body)
    assert fault_of(Delivery("POST", URL, {}, json.dumps({**fields, "more": "1"}).encode())) is Fault.FORGED
    assert fault_of(Delivery("POST", URL, {}, json.dumps(RECEIPT).encode())) is Fault.UNSIGNED
    assert fault_of(Delivery("POST", URL, {}, json.dumps({**RECEIPT, "sig": 7}).encode())) is Fault.UNSIGNED
    assert fault_of(Delivery("GET", f"{URL}?status=delivered&messageId=0A1", {}, b"")) is Fault.UNSIGNED


def test_a_signature_of_an_hour_ago_is_stale_unless_that_is_allowed() -> None:
    late = signed({**RECEIPT, "timestamp": str(int(NOW.timestamp()) - 3600)})
    assert fault_of(late) is Fault.STALE
    patient = replace(VONAGE, signing=Signing("signature-secret", fresh_for=timedelta(days=1)))
    assert fault_of(late, patient) is None


def test_a_signature_without_a_time_is_none() -> None:
    assert fault_of(signed({**RECEIPT, "timestamp": ""})) is Fault.UNSIGNED


# configuration


def test_signatures_are_read(tables: Tables) -> None:
    told = {"api_key": "key", "api_secret_file": tables.secret("secret"), "sender": "+33644609999"}
    signing = {"signature_secret_file": tables.secret("signature"), "signature_method": "sha512", "fresh_s": 86_400}
    vonage = vonage_from(Section({**told, **signing}), URL)
    assert vonage.signing == Signing("signature", Method.SHA512, timedelta(days=1))
    assert vonage.proves
    assert "secret'" not in repr(vonage)


def test_a_secret_in_the_path_does_instead(tables: Tables) -> None:
    secrets = {"api_secret_file": tables.secret("secret"), "path_secret_file": tables.secret("path-secret-0123")}
    vonage = vonage_from(Section({"api_key": "key", "sender": "ALICE", **secrets}), URL)
    assert (vonage.signing, vonage.proves) == (None, False)
    assert fault_of(Delivery("POST", URL, {}, json.dumps(RECEIPT).encode()), vonage) is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "needs a signature_secret_file or a path_secret_file"),
        ({"signature_method": "sha256"}, "signature_secret_file is missing"),
        ({"fresh_s": 3}, "signature_secret_file is missing"),
        ({"signature_method": "md5hash"}, "signature_method takes md5, sha1, sha256, sha512"),
        ({"secret": "x"}, "secret is unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(tables: Tables, more: dict[str, Any], told: str) -> None:
    least = {"api_key": "key", "api_secret_file": tables.secret("secret"), "sender": "ALICE"}
    with pytest.raises(RuleError, match=told):
        vonage_from(Section({**least, **more}, "carriers.one"), URL)
