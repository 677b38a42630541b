"""The terms on prepaid packs, test credits and refunds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plans.lots import Draw, Lot, draw, pack_end
from plans.refunds import NewLot, ToLot, is_refunded, refund_lot
from plans.terms import CreditTerms
from plans.words import LotKind, Origin, Reason

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_a_pack_is_valid_twelve_months(credit_terms: CreditTerms) -> None:
    """R22, special term 2: a pack is valid 12 months from its subscription."""
    assert credit_terms.pack_months == 12


@pytest.mark.parametrize(
    ("activated", "last_instant"),
    [
        ("2026-02-28T15:00", "2027-02-28T23:59:59.999999"),
        ("2028-02-29T09:00", "2029-02-28T23:59:59.999999"),
        ("2027-02-28T09:00", "2028-02-28T23:59:59.999999"),
        ("2026-11-23T00:00", "2027-11-23T23:59:59.999999"),
        ("2026-03-28T12:00", "2027-03-28T23:59:59.999999"),
    ],
)
def test_a_pack_is_usable_to_the_end_of_its_day(credit_terms: CreditTerms, activated: str, last_instant: str) -> None:
    """A11: from activation to the end of the same day number 12 months later, whatever the clock did between."""
    end = pack_end(paris(activated), credit_terms.pack_months, PARIS)
    assert end - timedelta(microseconds=1) == paris(last_instant).astimezone(UTC)


def test_unused_units_are_lost_at_the_end() -> None:
    """R23, special term 2: at 12 months the unused SMS are gone for good, even if none was ever sent."""
    end = paris("2027-03-01T00:00")
    untouched = Lot(1, LotKind.PACK, 1000, end)
    assert draw([untouched], 1, end - timedelta(microseconds=1), Origin.EMAIL) == (Draw(1, 1),)
    assert draw([untouched], 1, end, Origin.EMAIL) is None


def test_the_charge_is_decisive_not_the_sending() -> None:
    """A12: accepted on Saturday 20:30 and held to Monday, a message is charged to the pack that ends on Saturday."""
    pack = Lot(1, LotKind.PACK, 1, paris("2026-11-29T00:00"))
    assert draw([pack], 1, paris("2026-11-28T20:30"), Origin.EMAIL) == (Draw(1, 1),)


def test_test_credits_let_mail_be_tried_before_a_pack_is_bought() -> None:
    """R33, special term 5: free test credits are for mail-to-SMS, and burn before what was paid for."""
    test = Lot(2, LotKind.TEST, 5, paris("2027-06-01T00:00"))
    pack = Lot(1, LotKind.PACK, 5, paris("2026-12-01T00:00"))
    now = paris("2026-11-23T10:00")
    assert draw([pack, test], 6, now, Origin.EMAIL) == (Draw(2, 5), Draw(1, 1))
    assert draw([pack, test], 6, now, Origin.CALENDAR) is None


def test_a_refund_is_not_swallowed_by_an_expired_pack(credit_terms: CreditTerms) -> None:
    """A13: 3 units, 2 from A and 1 from B, fail after A has expired: 1 back to B, 2 in a new lot for 30 days."""
    now = paris("2026-11-23T10:00")
    expired, alive = Lot(1, LotKind.PACK, 0, now - timedelta(days=1)), Lot(2, LotKind.PACK, 9, now + timedelta(days=1))
    assert refund_lot(alive, 1, now, credit_terms.refund_grace) == ToLot(2, 1)
    assert refund_lot(expired, 2, now, credit_terms.refund_grace) == NewLot(LotKind.CREDIT, 2, now + timedelta(days=30))


@pytest.mark.parametrize(
    ("reason", "taken_by_carrier", "refunded"),
    [
        (Reason.CARRIER_REJECTED, False, True),
        (Reason.CARRIER_UNAVAILABLE, False, True),
        (Reason.CANCELLED, False, True),
        (Reason.OUTSIDE_WINDOW, False, True),
        (Reason.VALIDITY_EXPIRED, False, True),
        (Reason.VALIDITY_EXPIRED, True, False),
        (Reason.NOT_DELIVERED, True, False),
        (Reason.CARRIER_SILENT, False, True),
    ],
)
def test_units_come_back_unless_the_network_took_the_message(
    credit_terms: CreditTerms, reason: Reason, *, taken_by_carrier: bool, refunded: bool
) -> None:
    """A14, R30: refused, failed or never submitted is refunded; accepted and then undelivered is not."""
    told = is_refunded(reason, taken_by_carrier=taken_by_carrier, silence_refunded=credit_terms.silence_refunded)
    assert told is refunded
