"""The laws of extraction as a whole: one number, none, or a question, and why."""

import pytest

from gateway.calendar.extract import (
    Ambiguous,
    EventText,
    Field,
    Found,
    Nothing,
    Remark,
    Told,
    WhyAmbiguous,
    WhyNothing,
    extract,
)
from gateway.sms.numbers import Line, Number
from tests.calendar.extract.reading import ANNE, BEN, CARL, FRANCE, found, read, why


def test_a_number_in_the_title_is_found_and_explained() -> None:
    assert read("Coupe Mme Durand 06 39 98 12 34") == Found(
        Number(ANNE, "FR", Line.SANDBOX), Field.TITLE, (Remark(Told.PICKED, Field.TITLE, (ANNE,)),)
    )


def test_an_event_without_digits_has_no_number() -> None:
    assert read("Réunion d'équipe", "Cabinet") == Nothing(WhyNothing.NO_NUMBER)


def test_an_event_without_text_has_no_number() -> None:
    assert extract(EventText(), FRANCE) == Nothing(WhyNothing.NO_NUMBER)


def test_two_numbers_in_the_best_field_are_a_question() -> None:
    outcome = read("Lina : maman 06 39 98 12 34, papa 06 39 98 56 78")
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason is WhyAmbiguous.SEVERAL
    assert [each.e164 for each in outcome.candidates] == [ANNE, BEN]


def test_one_number_written_twice_is_one_number() -> None:
    assert found(read("Durand 06 39 98 12 34 / +33639981234")) == ANNE


def test_the_first_field_that_has_a_clients_number_is_taken() -> None:
    outcome = read("Vidange", "06.39.98.56.78", "Tel 06 39 98 12 34")
    assert isinstance(outcome, Found)
    assert (outcome.number.e164, outcome.field) == (BEN, Field.LOCATION)
    assert Remark(Told.PASSED_OVER, Field.DESCRIPTION, (ANNE,)) in outcome.explained


def test_the_account_orders_the_fields_and_leaves_some_out() -> None:
    order = (Field.DESCRIPTION, Field.TITLE)
    assert found(read("0639981234", "0639980001", "0639985678", field_order=order)) == BEN
    assert why(read("RDV", "0639980001", field_order=order)) is WhyNothing.NO_NUMBER


@pytest.mark.parametrize("tag", ["#nosms", "#NoSMS", "#skip"])
def test_a_tag_against_sms_wins_over_everything(tag: str) -> None:
    assert read("sms:+33639981234", "", f"note {tag}") == Nothing(WhyNothing.TOLD_NOT_TO)


def test_a_tag_against_sms_counts_in_markup_and_in_a_field_that_is_not_read() -> None:
    assert why(read("0639981234", "", "<p>#<b>nosms</b></p>", field_order=(Field.TITLE,))) is WhyNothing.TOLD_NOT_TO


@pytest.mark.parametrize(
    "title",
    [
        "Canceled: Mme Durand {}",  # as Outlook writes it, and publishes it as confirmed
        "Annulé : Mme Durand {}",
        "TR: Annulé : Mme Durand {}",
        "ANNULE Mme Durand {}",
        "❌ [Annulée] Mme Durand {}",
        "Annule\u0301 Mme Durand {}",
        "Mme Durand {} (cancelled)",
        "Mme Durand {} - ANNULÉ !",
        "Abgesagt: Frau Keller {}",
    ],
)
def test_nobody_is_reminded_of_what_its_title_says_was_cancelled(title: str) -> None:
    assert read(title.format("06 39 98 12 34")) == Nothing(WhyNothing.CANCELLED)
    assert read(title.format(""), "", "sms:+33639981234") == Nothing(WhyNothing.CANCELLED)


@pytest.mark.parametrize(
    "title",
    [
        "Annuler la commande de M. Durand {}",
        "Annule et remplace : M. Durand {}",
        "M. Durand {} : pas annulé",
        "M. Durand {}, a annulé deux fois",
        "Cancellation fee, M. Durand {}",
        "Client souhaite annuler : {}",
    ],
)
def test_a_title_that_speaks_of_cancelling_cancels_nothing(title: str) -> None:
    assert found(read(title.format("06 39 98 12 34"))) == ANNE


def test_words_about_cancelling_outside_of_the_title_cancel_nothing() -> None:
    assert found(read("Mme Durand 06 39 98 12 34", "", "Annulé : celui de mardi")) == ANNE


def test_a_tagged_number_wins_over_better_fields() -> None:
    outcome = read("Durand 06 39 98 56 78", "", "sms: 06 39 98 12 34")
    assert isinstance(outcome, Found)
    assert outcome.number.e164 == ANNE
    assert outcome.explained == (
        Remark(Told.PASSED_OVER, Field.TITLE, (BEN,)),
        Remark(Told.TAGGED, Field.DESCRIPTION, (ANNE,)),
    )


def test_a_tag_wins_over_the_practices_own_numbers_but_not_over_the_block_list() -> None:
    assert found(read("sms:0639981234", own=frozenset({ANNE}))) == ANNE
    assert why(read("sms:0639981234", blocked=frozenset({ANNE}))) is WhyNothing.BLOCKED


def test_a_tag_that_cannot_be_read_is_a_question() -> None:
    assert why(read("sms: 06 39 98 12", "", "06 39 98 56 78")) is WhyAmbiguous.TAG_UNREADABLE


def test_a_tagged_landline_does_not_let_another_number_through() -> None:
    assert why(read("sms: 01 99 00 11 22", "", "06 39 98 56 78")) is WhyAmbiguous.TAG_UNREADABLE
    assert why(read("sms: 01 99 00 11 22")) is WhyNothing.LANDLINE


def test_no_sms_said_in_words_is_a_question() -> None:
    assert why(read("Mme Roy 06 39 98 12 34, pas de SMS svp")) is WhyAmbiguous.SAYS_NO_SMS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Garage 01 99 00 11 22", WhyNothing.LANDLINE),
        ("Box 09 72 10 11 12", WhyNothing.NOT_MOBILE),
        ("Visio +1 415-555-2671,,123456#", WhyNothing.CONFERENCE),
        ("Commande 0639981234", WhyNothing.NO_NUMBER),
    ],
)
def test_no_number_has_its_reason(text: str, reason: WhyNothing) -> None:
    assert why(read(text)) is reason


def test_own_numbers_are_never_texted() -> None:
    assert why(read("Durand", "06 39 98 12 34", own=frozenset({ANNE}))) is WhyNothing.OWN
    assert found(read("Durand 06 39 98 56 78", "06 39 98 12 34", own=frozenset({ANNE}))) == BEN


@pytest.mark.parametrize("entry", [ANNE, "+3363998", "+33"])
def test_numbers_and_prefixes_are_blocked(entry: str) -> None:
    assert why(read("Durand 06 39 98 12 34", blocked=frozenset({entry}))) is WhyNothing.BLOCKED


def test_the_nearest_obstacle_is_the_reason() -> None:
    assert why(read("01 99 00 11 22", "", "06 39 98 12 34", own=frozenset({ANNE}))) is WhyNothing.OWN


def test_a_number_named_as_an_identifier_but_typed_as_a_number_is_a_question() -> None:
    assert why(read("Commande 06 39 98 12 34")) is WhyAmbiguous.DOUBTFUL


def test_a_doubtful_number_that_is_written_plainly_elsewhere_is_no_question() -> None:
    assert found(read("Dossier 06 39 98 12 34", "", "Tel : 0639981234")) == ANNE


def test_a_doubtful_number_before_a_plain_one_is_a_question_with_both() -> None:
    outcome = read("Dossier 06 39 98 12 34", "", "Tel : 0639985678")
    assert isinstance(outcome, Ambiguous)
    assert [each.e164 for each in outcome.candidates] == [ANNE, BEN]


def test_a_number_for_the_client_to_call_gives_way_to_the_clients() -> None:
    note = "Pour annuler, appelez le 06 39 98 00 01."
    assert found(read("Durand", note, "Client : 06 39 98 12 34")) == ANNE
    outcome = read("Durand", note)
    assert isinstance(outcome, Ambiguous)
    assert outcome.reason is WhyAmbiguous.NOT_THE_CLIENTS
    assert [each.e164 for each in outcome.candidates] == [CARL]


def test_two_numbers_in_one_field_are_a_question_whatever_the_words_beside_them_say() -> None:
    assert why(read("", "", "Client : 06 39 98 12 34\nPour annuler : 06 39 98 00 01")) is WhyAmbiguous.SEVERAL


def test_the_sandbox_numbers_are_none_elsewhere() -> None:
    assert why(read("Durand 06 39 98 12 34", sandbox=False)) is WhyNothing.NO_NUMBER
