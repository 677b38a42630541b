"""OVH: signed requests, receipts by callback, and everything else fetched."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.http.ovh import Ovh, OvhKeys
from gateway.sms.carriers.port import InDoubt, NotSent, Receipt, Refused, Taken
from gateway.sms.words import MessageState
from plans.words import MessageClass, Reason
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE, Kept
from tests.peers.http_carriers.ovh import OvhPeer
from tests.peers.http_carriers.peer import deliver
from tests.sms.carriers.http.steps import PATH_SECRET, Account, Tables, connected

OVH = Ovh("sms-xx12345-1", OvhKeys("application", "application-secret", "consumer"))


@pytest.fixture
async def account(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[OvhPeer]]:
    """A carrier and its peer, which answers only what is signed."""
    async with connected("ovh", OvhPeer(clock), tables.ovh(), clock) as made:
        yield made


def job_of(ovh: Ovh = OVH, **changes: Any) -> dict[str, Any]:
    """The job for an SMS."""
    job: dict[str, Any] = json.loads(ovh.request(A_MESSAGE._replace(**changes), NOW).body)
    return job


def test_an_sms_is_a_job_with_our_reference_as_its_tag() -> None:
    assert job_of() == {
        "message": A_MESSAGE.body,
        "charset": "UTF-8",
        "receivers": ["+33639981234"],
        "priority": "high",
        "noStopClause": True,
        "tag": A_MESSAGE.reference,
        "sender": "ALICE",
    }


def test_marketing_has_its_stop_and_without_a_sender_people_can_answer() -> None:
    job = job_of(message_class=MessageClass.MARKETING, display=None)
    assert (job["noStopClause"], job["senderForResponse"], "sender" in job) == (False, True, False)
    assert job_of(replace(OVH, sender="Example"), display=None)["sender"] == "Example"


@pytest.mark.parametrize(("minutes", "asked"), [(90, 90), (0, 1), (10_000, 2880)])
def test_it_is_tried_no_longer_than_it_is_useful(minutes: int, asked: int) -> None:
    assert job_of(useless_after=NOW + timedelta(minutes=minutes))["validityPeriod"] == asked


def test_a_request_is_signed_as_ovhs_own_client_signs_it() -> None:
    """The figure comes from python-ovh 1.2, with these keys at this time."""
    request = OVH.keys.signed("GET", "https://eu.api.ovh.com/1.0/sms", b"", datetime.fromtimestamp(1_700_000_000, UTC))
    assert request.headers["X-Ovh-Timestamp"] == "1700000000"
    assert request.headers["X-Ovh-Signature"] == "$1$22d745022063f5824dc268eb5ee9083093b771bb"
    assert "application-secret" not in repr(OVH)


@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (200, {"ids": [27814656], "invalidReceivers": []}, Taken("27814656")),
        (200, {"ids": [1, 2]}, Taken("1", ("2",))),
        (200, {"ids": [], "invalidReceivers": ["+1"]}, Refused("invalidReceivers", Reason.NUMBER_INVALID)),
        (200, {"ids": []}, InDoubt("answer")),
        (200, {"ids": "1"}, InDoubt("answer")),
        (400, {"message": "bad"}, Refused("400", Reason.CARRIER_REJECTED)),
        (402, {}, AccountTrouble("402")),
        (403, {"errorCode": "INVALID_CREDENTIAL"}, AccountTrouble("INVALID_CREDENTIAL")),
        (404, {}, AccountTrouble("404")),
        (409, {}, NotSent("409")),
        (429, {}, NotSent("429", throttled=True)),
        (500, {}, InDoubt("500")),
    ],
)
def test_an_answer_means_what_its_report_does(status: int, body: dict[str, Any], meant: Verdict) -> None:
    assert OVH.verdict(A_MESSAGE, HttpAnswer(status, {}, json.dumps(body).encode())) == meant


# receipts by callback


@pytest.mark.parametrize(
    ("dlr", "final"),
    [
        ("1", MessageState.DELIVERED),
        ("2", MessageState.FAILED),
        ("16", MessageState.FAILED),
        ("8", None),
        ("0", None),
        ("x", None),
    ],
)
async def test_a_callback_with_the_secret_in_its_path_is_believed(
    account: Account[OvhPeer], dlr: str, final: MessageState | None
) -> None:
    assert await deliver(account.peer.receipt("27814656", dlr)) == 204
    assert account.door.kept.kept == ([Receipt("27814656", final, f"{dlr} ptt 4", NOW)] if final else [])


async def test_a_callback_without_the_secret_finds_nobody(account: Account[OvhPeer]) -> None:
    account.peer.webhook = account.peer.webhook.removesuffix(f"/{PATH_SECRET}")
    assert await deliver(account.peer.receipt("27814656", "1")) == 404
    account.peer.webhook += "/guess"
    assert await deliver(account.peer.receipt("27814656", "1")) == 404
    assert account.door.kept.kept == []


# what is fetched


async def test_a_receipt_that_is_fetched_names_our_reference_and_the_phone(account: Account[OvhPeer]) -> None:
    taken = await account.carrier.send(A_MESSAGE)
    assert isinstance(taken, Taken)
    account.peer.deliver(taken.carrier_ref)
    kept = Kept()
    assert await account.carrier.collect(kept) == 1
    state = MessageState.DELIVERED
    assert kept.kept == [Receipt(taken.carrier_ref, state, "1 ptt 4", NOW, A_MESSAGE.reference, A_MESSAGE.recipient)]


async def test_what_people_sent_is_fetched(account: Account[OvhPeer]) -> None:
    account.peer.incoming = [
        {"id": 7, "sender": "+33639981234", "message": "OUI", "creationDatetime": "2026-11-23T09:59:00+01:00"}
    ]
    kept = Kept()
    assert await account.carrier.collect(kept) == 1
    (inbound,) = kept.messages
    assert (inbound.key, inbound.sender, inbound.recipient, inbound.text) == ("7", "+33639981234", "38069", "OUI")


async def test_it_looks_once_a_minute_and_hands_in_nothing_twice(
    account: Account[OvhPeer], clock: StoppedClock
) -> None:
    kept, refs = Kept(), []
    for each in range(3):
        taken = await account.carrier.send(A_MESSAGE._replace(reference=str(each)))
        assert isinstance(taken, Taken)
        refs.append(taken.carrier_ref)
    account.peer.deliver(refs[0])
    assert [await account.carrier.collect(kept), await account.carrier.collect(kept)] == [1, 0]
    account.peer.deliver(refs[1])
    assert await account.carrier.collect(kept) == 0
    clock.advance(timedelta(minutes=1))
    assert [await account.carrier.collect(kept), await account.carrier.collect(kept)] == [1, 0]
    clock.advance(timedelta(minutes=1))
    assert await account.carrier.collect(kept) == 0
    assert [each.carrier_ref for each in kept.kept] == refs[:2]


async def test_many_are_fetched_in_batches(account: Account[OvhPeer]) -> None:
    kept = Kept()
    for number in range(60):
        account.peer.incoming.append({"id": number, "sender": "+33639981234", "message": "OUI"})
    assert [await account.carrier.collect(kept) for _ in range(3)] == [50, 10, 0]
    assert len({each.key for each in kept.messages}) == 60


@pytest.mark.parametrize("kind", ["500", "cut_before", "200"])
async def test_trouble_at_ovh_is_for_the_next_time(account: Account[OvhPeer], clock: StoppedClock, kind: str) -> None:
    """Also a list, or an entry, that makes no sense."""
    kept = Kept()
    account.peer.incoming = [{"id": number, "sender": "+33639981234", "message": "OUI"} for number in (1, 2)]
    account.peer.accidents.plan({"kind": kind, "path": "incoming", "times": 1})
    assert await account.carrier.collect(kept) == 0
    clock.advance(timedelta(minutes=1))
    account.peer.accidents.plan({"kind": kind, "path": "incoming/2", "times": 1})
    assert [await account.carrier.collect(kept), await account.carrier.collect(kept)] == [1, 1]
    assert [each.key for each in kept.messages] == ["1", "2"]


async def test_an_entry_that_is_gone_keeps_none_back(account: Account[OvhPeer]) -> None:
    kept = Kept()
    account.peer.incoming = [{"id": number, "sender": "+33639981234", "message": "OUI"} for number in (1, 2, 3)]
    account.peer.accidents.plan({"kind": "404", "path": "incoming/2", "times": 9})
    assert [await account.carrier.collect(kept), await account.carrier.collect(kept)] == [3, 0]
    assert [each.key for each in kept.messages] == ["1", "3"]


async def test_what_people_sent_is_listed_no_further_back_than_it_is_known_again(
    tables: Tables, clock: StoppedClock
) -> None:
    """Else a restart would hand it in anew."""
    table = {**tables.ovh(), "tries_for_h": 24 * 30}
    async with connected("ovh", OvhPeer(clock), table, clock) as account:
        await account.carrier.collect(Kept())
        assert account.peer.listed_since == [(NOW - timedelta(days=6)).isoformat()]
