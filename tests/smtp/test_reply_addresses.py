"""The address of a conversation: it names client and phone, lasts its time, and fits a mail address."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.seals import Seals
from gateway.smtp.addresses import LOCAL_PART_LENGTH, REPLY_PREFIX
from gateway.smtp.reply_addresses import Correspondent, ReplyAddresses
from tests.clock import MONDAY_MORNING

SEALS = Seals([b"k" * 32])
ADDRESSES = ReplyAddresses(SEALS, timedelta(days=90))
DAY = timedelta(days=1)


def tag(of: Correspondent) -> str:
    return ADDRESSES.local_part(of, MONDAY_MORNING).removeprefix(REPLY_PREFIX)


@given(st.integers(0, 2**63 - 1), st.integers(1_000_000, 10**15 - 1))
def test_any_client_and_phone_fit_an_address_and_are_read_from_it(account_id: int, phone: int) -> None:
    of = Correspondent(account_id, f"+{phone}")
    assert len(ADDRESSES.local_part(of, MONDAY_MORNING)) <= LOCAL_PART_LENGTH
    assert ADDRESSES.read(tag(of), MONDAY_MORNING) == of


def test_it_stays_the_same_all_day_and_ends() -> None:
    of = Correspondent(1, "+33639981234")
    assert tag(of) == ADDRESSES.local_part(of, MONDAY_MORNING + timedelta(hours=14)).removeprefix(REPLY_PREFIX)
    assert ADDRESSES.read(tag(of), MONDAY_MORNING + 90 * DAY) == of
    assert ADDRESSES.read(tag(of), MONDAY_MORNING + 91 * DAY) is None


def test_what_was_sealed_for_something_else_is_no_address() -> None:
    assert ADDRESSES.read(SEALS.seal(b"short"), MONDAY_MORNING) is None
    assert ADDRESSES.read("abc", MONDAY_MORNING) is None
