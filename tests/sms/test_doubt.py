"""What is done about messages of which nobody knows whether they left: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.doubt import Adoption, Candidate, Doubtful, DoubtTerms, Orphan, adoptions, is_sent_again
from gateway.sms.echo import echo_of
from plans.words import MessageClass

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ALICE, BOB = "+33639981234", "+33639985678"
ALERT, MARKETING = MessageClass.ALERT, MessageClass.MARKETING


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
    candidates = [Candidate((1, 10), ALICE, 1), Candidate((1, 11), ALICE, 2)]
    assert adoptions([Orphan("x", "11", ALICE, None)], candidates) == [Adoption((1, 11), 2, 0, "x")]


def test_what_is_echoed_names_the_part_of_the_message_to_that_recipient() -> None:
    candidates = [Candidate((1, 10), ALICE, 3), Candidate((2, 11), ALICE, 1), Candidate((1, 12), BOB, 1)]
    orphans = [Orphan("x", None, ALICE, echo_of("10", 2)), Orphan("y", None, BOB, echo_of("12", 1))]
    assert adoptions(orphans, candidates) == [Adoption((1, 10), 3, 2, "x"), Adoption((1, 12), 1, 1, "y")]


def test_the_recipient_alone_is_enough_where_one_message_waits_and_no_more() -> None:
    one, two = Candidate((1, 10), ALICE, 1), Candidate((1, 11), ALICE, 1)
    orphan = Orphan("x", None, ALICE, None)
    assert adoptions([orphan], [one, Candidate((1, 12), BOB, 1)]) == [Adoption((1, 10), 1, 0, "x")]
    assert adoptions([orphan], [one, two]) == []


@pytest.mark.parametrize(
    "orphan",
    [
        Orphan("x", None, None, None),
        Orphan("x", None, BOB, None),
        Orphan("x", None, ALICE, echo_of("10", 1) ^ 1),
    ],
)
def test_what_fits_nothing_is_adopted_by_nobody(orphan: Orphan) -> None:
    assert adoptions([orphan], [Candidate((1, 10), ALICE, 1)]) == []


@given(st.text(min_size=1), st.integers(1, 255))
def test_an_echo_has_16_bits_and_stays_the_same(reference: str, number: int) -> None:
    assert echo_of(reference, number) == echo_of(reference, number)
    assert 0 <= echo_of(reference, number) < 1 << 16
