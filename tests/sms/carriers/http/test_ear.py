"""What a provider delivers is proven, kept, and taken in once."""

import json
from dataclasses import replace

import pytest

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault, Guard
from gateway.sms.carriers.http.ear import Ear
from gateway.sms.carriers.http.smsfactor import SmsFactor
from tests.clock import StoppedClock
from tests.contracts.carrier import Kept

DIALECT = SmsFactor("token", "signature")
TOLD = json.dumps({"date": "2026-11-23T10:00:00+01:00", "message": "OUI", "from": "33639981234"}).encode()
DELIVERY = Delivery("POST", "https://sms.example.com/x", {"x-smsfactor-signature": "signature"}, TOLD)


def ear(kept: Kept, guard: Guard | None = None) -> Ear:
    """One that hears SMSFactor."""
    return Ear(guard or Guard(), DIALECT, kept, StoppedClock())


async def test_what_comes_again_is_refused_and_changes_nothing() -> None:
    kept = Kept()
    hearing = ear(kept)
    await hearing.hear(DELIVERY)
    with pytest.raises(DeliveryRefused, match="replayed"):
        await hearing.hear(DELIVERY)
    assert len(kept.messages) == 1


async def test_what_was_not_kept_may_come_again() -> None:
    kept = Kept(failing=True)
    hearing = ear(kept)
    with pytest.raises(ConnectionError):
        await hearing.hear(DELIVERY)
    await hearing.hear(DELIVERY)
    assert len(kept.messages) == 1


async def test_what_is_forged_is_not_even_remembered() -> None:
    kept = Kept()
    hearing = ear(kept)
    for _ in range(2):
        with pytest.raises(DeliveryRefused) as refused:
            await hearing.hear(replace(DELIVERY, headers={"x-smsfactor-signature": "guess"}))
        assert refused.value.fault is Fault.FORGED
    await hearing.hear(DELIVERY)
    assert len(kept.messages) == 1


async def test_who_comes_another_way_is_not_expected() -> None:
    with pytest.raises(DeliveryRefused, match="not_expected"):
        await ear(Kept(), Guard(path_secret="secret")).hear(DELIVERY)


async def test_it_remembers_a_bounded_number_of_deliveries() -> None:
    kept = Kept()
    hearing = ear(kept)
    for number in range(10_001):
        await hearing.hear(replace(DELIVERY, url=f"https://sms.example.com/x?{number}"))
    await hearing.hear(replace(DELIVERY, url="https://sms.example.com/x?0"))
    with pytest.raises(DeliveryRefused, match="replayed"):
        await hearing.hear(replace(DELIVERY, url="https://sms.example.com/x?10000"))
