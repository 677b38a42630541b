"""The laws of refunds: which failures give units back, and where they go."""

from datetime import UTC, datetime, timedelta

import pytest

from plans.lots import Lot
from plans.refunds import NewLot, ToLot, is_refunded, refund_lot
from plans.words import LotKind, Reason

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRACE = timedelta(days=30)


def test_units_return_to_the_lot_that_they_came_from() -> None:
    assert refund_lot(Lot(7, LotKind.PACK, 0, NOW + timedelta(microseconds=1)), 2, NOW, GRACE) == ToLot(7, 2)


def test_units_of_an_expired_lot_live_on_in_a_new_one() -> None:
    assert refund_lot(Lot(7, LotKind.PACK, 0, NOW), 2, NOW, GRACE) == NewLot(LotKind.CREDIT, 2, NOW + GRACE)


def test_expired_test_units_come_back_as_test_units() -> None:
    """They were free and for mail alone; failing must not make them worth more."""
    assert refund_lot(Lot(7, LotKind.TEST, 0, NOW), 2, NOW, GRACE) == NewLot(LotKind.TEST, 2, NOW + GRACE)


@pytest.mark.parametrize("silence_refunded", [True, False])
def test_a_silent_carrier_is_a_matter_of_policy(*, silence_refunded: bool) -> None:
    refunded = is_refunded(Reason.CARRIER_SILENT, taken_by_carrier=False, silence_refunded=silence_refunded)
    assert refunded is silence_refunded


@pytest.mark.parametrize("taken", [True, False])
def test_a_message_that_expired_is_refunded_only_if_the_carrier_never_took_it(*, taken: bool) -> None:
    assert is_refunded(Reason.VALIDITY_EXPIRED, taken_by_carrier=taken, silence_refunded=True) is not taken
