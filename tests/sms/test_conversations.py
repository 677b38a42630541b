"""An answer belongs to whoever wrote last to that phone, by that number; who else may be meant is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.sms.conversations import Came, Memory, Place, Sent, anybody, phone_of, place
from plans.words import MessageClass, Origin
from tests.cast import DELIVERS
from tests.clock import MONDAY_MORNING

ALICE, BOB, CHARLIE = 1, 2, 3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CAME = Came("north", DELIVERS, "36000", MONDAY_MORNING)
SENT = Sent(
    account_id=ALICE,
    message_id=10,
    recipient=DELIVERS,
    carrier="north",
    display=None,
    sender_id=0,
    origin=Origin.EMAIL,
    origin_id=5,
    message_class=MessageClass.ALERT,
    created_at=MONDAY_MORNING - HOUR,
)


def placed(*sent: Sent, came: Came = CAME, owner: int | None = None) -> Place | None:
    return place(came, sent, owner, "36111", Memory())


def by_bob(before: timedelta) -> Sent:
    return replace(SENT, account_id=BOB, message_id=9, created_at=SENT.created_at - before)


def test_it_answers_the_newest_message() -> None:
    assert placed(SENT, replace(SENT, message_id=8)) == Place(ALICE, SENT)


def test_who_wrote_long_before_is_not_meant() -> None:
    assert placed(SENT, by_bob(25 * HOUR)) == Place(ALICE, SENT)


def test_who_wrote_shortly_before_may_be_meant_once_each() -> None:
    bobs, charlies = by_bob(HOUR), replace(by_bob(2 * HOUR), account_id=CHARLIE)
    assert placed(SENT, bobs, charlies, by_bob(3 * HOUR)) == Place(ALICE, SENT, others=(bobs, charlies))


def test_a_number_of_ones_own_settles_it() -> None:
    bobs = by_bob(HOUR)
    assert placed(SENT, bobs, owner=BOB) == Place(BOB, bobs, own=True)
    assert placed(SENT, owner=CHARLIE) == Place(CHARLIE, None, own=True)


@pytest.mark.parametrize(
    "sent",
    [
        replace(SENT, created_at=MONDAY_MORNING - 31 * DAY),
        replace(SENT, created_at=MONDAY_MORNING + HOUR),
        replace(SENT, carrier="south"),
        replace(SENT, display="+33700000000"),
        replace(SENT, display="36222"),
    ],
    ids=["too long ago", "after the answer", "over another carrier", "from another number", "from another code"],
)
def test_what_cannot_be_answered_here_is_not(sent: Sent) -> None:
    assert placed(sent) is None


def test_a_stop_that_answers_nothing_is_meant_for_whoever_wrote_last() -> None:
    """However long ago, and by whatever carrier; what was sent since the STOP is none of it."""
    old, bobs = replace(SENT, created_at=MONDAY_MORNING - 300 * DAY, carrier="south"), by_bob(400 * DAY)
    later = replace(SENT, account_id=CHARLIE, created_at=MONDAY_MORNING + HOUR)
    assert anybody(CAME, [later, old, bobs], Memory()) == Place(ALICE, old)
    assert anybody(CAME, [later], Memory()) is None


def test_the_stop_code_answers_messages_of_every_carrier() -> None:
    south = replace(SENT, carrier="south")
    assert placed(south, came=replace(CAME, number="36111")) == Place(ALICE, south)


def test_a_message_that_showed_a_name_or_this_number_is_answered() -> None:
    named, numbered = replace(SENT, display="Clinic"), replace(SENT, display="36000")
    assert [placed(each) for each in (named, numbered)] == [Place(ALICE, named), Place(ALICE, numbered)]


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        *(("+33639981234", DELIVERS), ("33639981234", DELIVERS), ("0033639981234", DELIVERS), ("0639981234", DELIVERS)),
        *(("36111", None), ("Orange", None), ("", None), ("33140000000", None), ("9" * 20, None)),
    ],
)
def test_phones_are_known_however_carriers_write_them(written: str, phone: str | None) -> None:
    found = phone_of(written, sandbox=True)
    assert (found.e164 if found else None) == phone
