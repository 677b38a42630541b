"""The proofs that a delivery must bring."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.http.deliveries import (
    Delivery,
    DeliveryRefused,
    Fault,
    Guard,
    fields_in,
    instant,
    key_of,
    named,
    prove,
    prove_fresh,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def fault_of(call: object, *arguments: object) -> Fault | None:
    """Why a delivery is refused, or None."""
    assert callable(call)
    try:
        call(*arguments)
    except DeliveryRefused as refused:
        return refused.fault
    return None


def delivery(body: bytes = b"", query: str = "", peer: str | None = "192.0.2.7", secret: str = "") -> Delivery:
    """One of a provider."""
    return Delivery("POST", f"https://sms.example.com/webhooks/sms/one?{query}", {}, body, peer, secret)


@pytest.mark.parametrize(
    ("peer", "near"),
    [
        *(("192.0.2.7", True), ("2001:db8::1", True), ("::ffff:192.0.2.7", True)),
        *(("198.51.100.1", False), ("::ffff:198.51.100.1", False), (None, False), ("unknown", False)),
    ],
)
def test_a_delivery_comes_from_a_network_that_is_named(peer: str | None, near: bool) -> None:
    guard = Guard(networks=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))
    assert fault_of(guard.check, delivery(peer=peer)) == (None if near else Fault.NOT_EXPECTED)


def test_a_secret_in_the_path_is_the_right_one_and_only_where_one_is_set() -> None:
    assert fault_of(Guard("right").check, delivery(secret="right")) is None
    assert fault_of(Guard("right").check, delivery(secret="wrong")) is Fault.NOT_EXPECTED
    assert fault_of(Guard("right").check, delivery()) is Fault.NOT_EXPECTED
    assert fault_of(Guard().check, delivery(secret="right")) is Fault.NOT_EXPECTED
    assert fault_of(Guard().check, delivery()) is None


def test_a_signature_is_one_of_the_right_ones() -> None:
    assert fault_of(prove, "b", "a", "b") is None
    assert fault_of(prove, "c", "a", "b") is Fault.FORGED
    assert fault_of(prove, "ü" * 10, "a") is Fault.FORGED
    assert fault_of(prove, "", "") is Fault.UNSIGNED
    assert fault_of(prove, None, "a") is Fault.UNSIGNED
    assert fault_of(prove, "a" * 300, "a" * 300) is Fault.UNSIGNED


@pytest.mark.parametrize(
    ("seconds", "fault"),
    [
        (str(SECONDS), None),
        (str(SECONDS - 300), None),
        (str(SECONDS + 300), None),
        (str(SECONDS - 301), Fault.STALE),
        (str(SECONDS + 301), Fault.STALE),
        ("", Fault.UNSIGNED),
        (None, Fault.UNSIGNED),
        ("-5", Fault.UNSIGNED),
        ("1" * 13, Fault.UNSIGNED),
        ("²", Fault.UNSIGNED),
    ],
)
def test_a_signed_time_is_about_now(seconds: str | None, fault: Fault | None) -> None:
    assert fault_of(prove_fresh, seconds, NOW) == fault
    assert fault_of(prove_fresh, str(SECONDS - 3600), NOW, timedelta(days=1)) is None


def test_query_and_body_are_read_as_one() -> None:
    assert fields_in(delivery(b"b=2&c=", "a=1")) == {"a": "1", "b": "2", "c": ""}
    assert fields_in(delivery(b' {"b": 2}', "a=1")) == {"a": "1", "b": 2}


@pytest.mark.parametrize("body", [b"{", b'{"a": ', b"\xff", b"&a=1" * 200, b"a=%FF", b'{"a":' * 30_000])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    assert fault_of(fields_in, delivery(body)) is Fault.MALFORMED


@given(st.binary())
def test_no_body_breaks_the_reader(body: bytes) -> None:
    fault_of(fields_in, delivery(body))


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-23T10:00:00+01:00", NOW),
        ("2026-11-23T09:00:00Z", NOW),
        (str(SECONDS), NOW),
        pytest.param(SECONDS, NOW, id="a number"),
        ("2026-11-23T10:00:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("9" * 30, None),
        ([], None),
    ],
)
def test_an_instant_is_read_or_it_is_now(value: object, at: datetime | None) -> None:
    now = NOW + timedelta(hours=1)
    assert instant(value, now) == (at or now)


def test_what_must_have_a_name_is_refused_without() -> None:
    assert (named("SM1"), fault_of(named, ""), fault_of(named, None)) == ("SM1", Fault.MALFORMED, Fault.MALFORMED)


def test_the_same_delivery_has_the_same_mark_and_the_same_content_the_same_key() -> None:
    assert delivery(b"a").mark() == delivery(b"a").mark() != delivery(b"b").mark()
    assert key_of("a", None, "b") == key_of("a", None, "b") != key_of("a", "b", None)


def test_nothing_of_a_delivery_is_shown() -> None:
    shown = repr(delivery(b"text=Bonjour", "from=33639981234", secret="right"))
    assert not any(each in shown for each in ("Bonjour", "33639981234", "right"))
