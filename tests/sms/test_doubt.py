"""What is done about messages of which nobody knows whether they left: pure decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.doubt import Adoption, Candidate, Doubtful, DoubtTerms, Orphan, adoptions, is_sent_again
from gateway.sms.echo import echo_of
from gateway.sms.meant import Key
from plans.words import MessageClass

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ALICE, BOB = "+33639981234", "+33639985678"
ALERT, MARKETING = MessageClass.ALERT, MessageClass.MARKETING


def candidate(key: Key, recipient: str, parts: int) -> Candidate:
    return Candidate(key, recipient, parts, NOW)


def orphaned(carrier_ref: str, reference: str | None, recipient: str | None, echo: int | None) -> Orphan:
    return Orphan(carrier_ref, reference, recipient, echo, NOW)


@pytest.mark.parametrize(
    ("each", "expected"),
    [
        (Doubtful((1, 2), ALERT, resent=False, useless_after=None), True),
        (Doubtful((1, 2), ALERT, resent=False, useless_after=NOW + timedelta(seconds=1)), True),
        (Doubtful((1, 2), ALERT, resent=False, useless_after=NOW), False),
        (Doubtful((1, 2), ALERT, resent=True, useless_after=None), False),
        (Doubtful((1, 2), MARKETING, resent=False, useless_after=None), False),
    ],
)
def test_a_reminder_is_sent_once_more_in_time_and_marketing_is_held(each: Doubtful, *, expected: bool) -> None:
    assert is_sent_again(each, DoubtTerms(), NOW) is expected


def test_our_own_reference_names_the_message() -> None:
    candidates = [candidate((1, 10), ALICE, 1), candidate((1, 11), ALICE, 2)]
    assert adoptions([orphaned("x", "11", ALICE, None)], candidates) == [Adoption((1, 11), 2, 0, "x")]


def test_what_is_echoed_names_the_part_of_the_message_to_that_recipient() -> None:
    candidates = [candidate((1, 10), ALICE, 3), candidate((2, 11), ALICE, 1), candidate((1, 12), BOB, 1)]
    orphans = [orphaned("x", None, ALICE, echo_of("10", 2)), orphaned("y", None, BOB, echo_of("12", 1))]
    assert adoptions(orphans, candidates) == [Adoption((1, 10), 3, 2, "x"), Adoption((1, 12), 1, 1, "y")]


def test_the_recipient_alone_is_enough_where_one_message_waits_and_no_more() -> None:
    one, two = candidate((1, 10), ALICE, 1), candidate((1, 11), ALICE, 1)
    orphan = orphaned("x", None, ALICE, None)
    assert adoptions([orphan], [one, candidate((1, 12), BOB, 1)]) == [Adoption((1, 10), 1, 0, "x")]
    assert adoptions([orphan], [one, two]) == []


@pytest.mark.parametrize(
    "orphan",
    [
        orphaned("x", None, None, None),
        orphaned("x", None, BOB, None),
        orphaned("x", None, ALICE, echo_of("10", 1) ^ 1),
    ],
)
def test_what_fits_nothing_is_adopted_by_nobody(orphan: Orphan) -> None:
    assert adoptions([orphan], [candidate((1, 10), ALICE, 1)]) == []


def test_what_names_another_message_is_adopted_by_none_to_the_same_phone() -> None:
    """Its own answer is still to be recorded, and will name it."""
    assert adoptions([orphaned("x", "11", ALICE, None)], [candidate((1, 10), ALICE, 1)]) == []


def test_a_message_that_is_being_handed_over_may_be_meant_too() -> None:
    doubtful, leaving = candidate((1, 10), ALICE, 1), replace(candidate((1, 11), ALICE, 1), in_doubt=False)
    by_phone, by_echo = orphaned("x", None, ALICE, None), orphaned("y", None, ALICE, echo_of("10", 1))
    assert adoptions([by_phone, by_echo], [doubtful, leaving]) == [Adoption((1, 10), 1, 1, "y")]
    assert adoptions([by_phone], [leaving]) == []


def test_a_receipt_is_about_nothing_that_was_accepted_after_it_came() -> None:
    later = replace(candidate((1, 10), ALICE, 1), accepted_at=NOW + timedelta(hours=1))
    for orphan in (orphaned("x", None, ALICE, None), orphaned("x", "10", ALICE, None)):
        assert adoptions([orphan], [later]) == []
        assert adoptions([orphan], [later, candidate((1, 9), BOB, 1)]) == []


@given(st.text(min_size=1), st.integers(1, 255))
def test_an_echo_has_16_bits_and_stays_the_same(reference: str, number: int) -> None:
    assert echo_of(reference, number) == echo_of(reference, number)
    assert 0 <= echo_of(reference, number) < 1 << 16
