"""What Graph tells by itself."""

import json

import pytest

from gateway.calendar.feeds.outlook.notices import Event, Notice, read_notices


def delivery(*rows: object) -> bytes:
    return json.dumps({"value": rows}).encode()


def test_changes_and_what_became_of_a_subscription_are_told_apart() -> None:
    change = {
        "subscriptionId": "s1",
        "clientState": "secret",
        "changeType": "updated",
        "resource": "Users/1/Events/2",
        "tenantId": "t",
    }
    removed = {"subscriptionId": "s2", "clientState": "secret", "lifecycleEvent": "subscriptionRemoved"}
    unheard = {"subscriptionId": "s3", "clientState": "secret", "lifecycleEvent": "somethingNew"}
    assert read_notices(delivery(change, removed, unheard, change)) == [
        Notice("s1", "secret"),
        Notice("s2", "secret", Event.REMOVED),
        Notice("s3", "secret"),
    ]


@pytest.mark.parametrize("row", [None, 7, {}, {"subscriptionId": "s1"}, {"subscriptionId": 7, "clientState": "x"}])
def test_a_notice_that_makes_no_sense_is_left_out(row: object) -> None:
    assert read_notices(delivery(row)) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value": 7}', b"\xff", delivery(*[{}] * 101), b"[" * 100_000])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        read_notices(body)
