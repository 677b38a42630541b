"""A name that a carrier uses again means the newest message that waits for a receipt, to the phone that it is about."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.sms.carriers.port import Receipt
from gateway.sms.meant import CLOCKS, Fate, Named, meant, meant_after_all
from gateway.sms.words import MessageState

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ALICE, BOB = "+33639981234", "+33639985678"
LONG_AGO = NOW - timedelta(days=3)


def receipt(recipient: str | None = ALICE) -> Receipt:
    return Receipt("7", MessageState.DELIVERED, "000", NOW, recipient=recipient)


def named(message_id: int, recipient: str = ALICE, *, at: datetime = LONG_AGO, ended: bool = False) -> Named:
    return Named((1, message_id), recipient, at, ended)


@pytest.mark.parametrize("recipient", [ALICE, None])
def test_the_newest_that_waits_is_meant(recipient: str | None) -> None:
    older, newer, over = named(1), named(2), named(3, ended=True)
    assert meant(receipt(recipient), [newer, older, over]) == newer


def test_the_phone_tells_which_of_two_is_meant() -> None:
    assert meant(receipt(), [named(1), named(2, BOB)]) == named(1)


@pytest.mark.parametrize("recipient", [ALICE, None])
def test_of_a_message_that_has_ended_it_is_the_same_news_again(recipient: str | None) -> None:
    assert meant(receipt(recipient), [named(1, ended=True)]) is Fate.DROPPED
    assert meant(receipt(), [named(1, ended=True), named(2, BOB)]) is Fate.DROPPED


def test_a_message_that_was_accepted_after_the_receipt_came_is_not_meant() -> None:
    """The clocks of two machines may differ by a little."""
    assert meant(receipt(), [named(1, at=NOW + CLOCKS)]) == named(1, at=NOW + CLOCKS)
    assert meant(receipt(), [named(1, at=NOW + CLOCKS + timedelta(seconds=1))]) is Fate.WAITS
    assert meant(receipt(), []) is Fate.WAITS


def test_about_another_phone_it_waits_where_a_message_to_it_is_under_way() -> None:
    for each in (named(1, BOB), named(1, BOB, ended=True)):
        assert meant(receipt(), [each]) is Fate.OPEN
        assert meant_after_all(receipt(), [each], {ALICE}) is Fate.WAITS


def test_else_the_name_decides_for_some_carriers_write_numbers_in_a_form_of_their_own() -> None:
    assert meant_after_all(receipt("+639981234"), [named(1), named(2)], frozenset()) == named(2)
    assert meant_after_all(receipt("+639981234"), [named(1, ended=True)], frozenset()) is Fate.DROPPED
