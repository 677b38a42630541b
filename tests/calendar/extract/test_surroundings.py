"""The laws of the words beside a number."""

import pytest

from gateway.calendar.extract import WhyAmbiguous, WhyNothing
from tests.calendar.extract.reading import ANNE, found, read, why


@pytest.mark.parametrize(
    "text",
    [
        "Commande 0639981234",
        "commande n° 0639981234",
        "Order #0639981234",
        "Facture client n°: 0639981234",
        "réf. 0639981234",
        "mot de passe : 0639981234",
        "SIRET 06 39 98 12 34",
        "code pin : 06 39 98 12 34",
        "Meeting ID 063 998 1234",
        "ISBN 978-0-6399-8123-4",
        "F2026-063998-1234",
        "CMD0639981234",
        "0639981234 €",
        "€ 0639981234",
        "0639981234 km",
    ],
)
def test_identifiers_and_prices_are_no_numbers(text: str) -> None:
    assert why(read(text)) is WhyNothing.NO_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "Commande 06 39 98 12 34",
        "Devis 0639981234",
        "ABC-0639981234",
        "2026-0639981234",
        "06 39 98 12 34 5",
        "0639981234A",
    ],
)
def test_what_may_be_either_is_a_question(text: str) -> None:
    assert why(read(text)) is WhyAmbiguous.DOUBTFUL


@pytest.mark.parametrize(
    "text",
    [
        "Commande Durand 06 39 98 12 34",
        "Commande 4512, tel 06 39 98 12 34",
        "Devis 06 39 98 12 34",
        "Remise de clés 06 39 98 12 34",
        "code Manon 06 39 98 12 34",
        "RDV cabinet Mme Roy 06 39 98 12 34",
        "Dupont0639981234",
        "Dupont-0639981234",
        "0639981234Dupont",
        "06 39 98 12 34 45 €",
        "45 € 06 39 98 12 34",
        "Client à rappeler au 06 39 98 12 34",
        "mon numéro est le 06 39 98 12 34",
        "Notre rdv du 3, 06 39 98 12 34",
    ],
)
def test_other_words_leave_a_number_what_it_is(text: str) -> None:
    assert found(read(text)) == ANNE


@pytest.mark.parametrize(
    "text",
    [
        "Pour annuler, appelez le 06 39 98 12 34",
        "En cas d\u2019empêchement : 06 39 98 12 34",
        "Merci de nous prévenir au 06 39 98 12 34",
        "To cancel or reschedule, call us on 06 39 98 12 34",
        "Secrétariat : 06 39 98 12 34",
        "Taxi 06 39 98 12 34",
        "Cabinet tél. 06 39 98 12 34",
        "Ancien numéro 06 39 98 12 34",
        "Ne plus appeler au 06 39 98 12 34",
        "06 39 98 12 34 (ancien)",
        "06 39 98 12 34 (secrétariat)",
    ],
)
def test_a_number_that_seems_somebody_elses_is_a_question(text: str) -> None:
    assert why(read(text)) is WhyAmbiguous.NOT_THE_CLIENTS


def test_what_is_said_in_another_sentence_or_about_another_number_does_not_count() -> None:
    assert found(read("Appelez avant. Anne 06 39 98 12 34")) == ANNE
    assert found(read("Secrétariat 01 99 00 11 22, Anne 06 39 98 12 34")) == ANNE


@pytest.mark.parametrize("tag", ["sms:", "SMS : ", "sms=", "Sms: ("])
def test_a_tag_is_read_however_it_is_typed(tag: str) -> None:
    assert found(read("Lou 06 39 98 56 78", "", f"{tag}06 39 98 12 34")) == ANNE


@pytest.mark.parametrize("text", ["SMS 06 39 98 12 34", "smsc: 06 39 98 12 34", "SMS: 2, Anne 06 39 98 12 34"])
def test_what_is_no_tag_is_none(text: str) -> None:
    assert found(read(text)) == ANNE
    assert why(read(f"{text} 06 39 98 56 78")) is WhyAmbiguous.SEVERAL


@pytest.mark.parametrize(
    "words",
    [
        "pas de SMS",
        "sans sms",
        "ne pas envoyer de SMS",
        "Ne pas lui envoyer de texto",
        "no texts",
        "nosms",
        "don\u2019t text",
    ],
)
def test_a_wish_for_no_sms_is_a_question_wherever_it_stands(words: str) -> None:
    assert why(read(words, "", "06 39 98 12 34")) is WhyAmbiguous.SAYS_NO_SMS
    assert found(read(words, "", "sms:06 39 98 12 34")) == ANNE


@pytest.mark.parametrize("words", ["#nosmsdemain", "https://exemple.fr/#skip", "page#skip", "textile", "SMS envoyé"])
def test_other_words_ask_nothing(words: str) -> None:
    assert found(read(words, "", "06 39 98 12 34")) == ANNE
