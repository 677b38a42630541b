"""What follows from an answer, decided from facts alone."""

from dataclasses import replace

from gateway.accounts.words import StopScope
from gateway.sms.conversations import Place
from gateway.sms.verdicts import NOBODY, Verdict, verdicts
from gateway.sms.words import Meaning, Reader
from plans.words import Origin
from tests.sms.test_conversations import ALICE, BOB, SENT

REMINDER = replace(SENT, origin=Origin.CALENDAR)
BY_SENDER = replace(SENT, sender_id=77)
BOBS = replace(SENT, account_id=BOB)
ALL = {ALICE: StopScope.CLIENT, BOB: StopScope.CLIENT}
MAIL, BOTH, CALENDAR = (Reader.MAIL,), (Reader.MAIL, Reader.CALENDAR), (Reader.CALENDAR,)


def test_a_message_goes_to_a_person() -> None:
    assert verdicts(Meaning.TEXT, Place(ALICE, SENT), (), ALL) == [Verdict(ALICE, Meaning.TEXT, SENT, readers=MAIL)]
    assert verdicts(Meaning.HELP, Place(ALICE, None), (), ALL) == [Verdict(ALICE, Meaning.HELP, readers=MAIL)]


def test_that_it_may_be_for_another_is_noted() -> None:
    (verdict,) = verdicts(Meaning.TEXT, Place(ALICE, SENT, others=(BOBS,)), (), ALL)
    assert (verdict.account_id, verdict.ambiguous) == (ALICE, True)


def test_a_word_to_a_reminder_goes_to_the_calendar_alone_and_anything_else_to_both() -> None:
    read = [verdicts(each, Place(ALICE, REMINDER), (), ALL)[0].readers for each in Meaning]
    assert dict(zip(Meaning, read, strict=True)) == {
        Meaning.STOP: BOTH,
        Meaning.START: BOTH,
        Meaning.HELP: BOTH,
        Meaning.CONFIRM: CALENDAR,
        Meaning.CANCEL: CALENDAR,
        Meaning.TEXT: BOTH,
    }


def test_stop_silences_the_client_or_by_its_choice_only_the_voice_that_spoke() -> None:
    whole = verdicts(Meaning.STOP, Place(ALICE, BY_SENDER), (), ALL)
    assert whole == [Verdict(ALICE, Meaning.STOP, BY_SENDER, readers=BOTH, silences="")]
    by_sender = {ALICE: StopScope.SENDER}
    one = verdicts(Meaning.STOP, Place(ALICE, BY_SENDER), (), by_sender)
    assert one == [Verdict(ALICE, Meaning.STOP, BY_SENDER, readers=MAIL, silences="77")]
    (reminders,) = verdicts(Meaning.STOP, Place(ALICE, REMINDER), (), by_sender)
    assert (reminders.silences, reminders.readers) == ("calendar", BOTH)
    (unasked,) = verdicts(Meaning.STOP, Place(ALICE, None, own=True), (), by_sender)
    assert unasked.silences == ""


def test_a_stop_that_may_mean_several_is_obeyed_by_all() -> None:
    found = verdicts(Meaning.STOP, Place(ALICE, SENT, others=(BOBS,)), (), ALL)
    assert [(each.account_id, each.silences, each.ambiguous) for each in found] == [(ALICE, "", True), (BOB, "", True)]


def test_start_undoes_what_was_stopped() -> None:
    found = verdicts(Meaning.START, Place(ALICE, SENT, others=(BOBS,)), (ALICE, BOB), ALL)
    assert [(each.account_id, each.about, each.lifts) for each in found] == [(ALICE, SENT, True), (BOB, BOBS, True)]
    (unplaced,) = verdicts(Meaning.START, None, (ALICE,), ALL)
    assert (unplaced.account_id, unplaced.about, unplaced.lifts) == (ALICE, None, True)


def test_start_at_a_number_of_ones_own_undoes_no_other_stop() -> None:
    (verdict,) = verdicts(Meaning.START, Place(ALICE, None, own=True), (ALICE, BOB), ALL)
    assert (verdict.account_id, verdict.lifts) == (ALICE, True)


def test_start_without_a_stop_is_a_message() -> None:
    assert verdicts(Meaning.START, Place(ALICE, SENT), (), ALL)[0].meaning is Meaning.TEXT


def test_what_answers_nobody_is_kept_and_changes_nothing() -> None:
    assert verdicts(Meaning.STOP, None, (), {}) == [Verdict(NOBODY, Meaning.STOP)]
