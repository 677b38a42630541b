"""The laws of the name that stands as the sender on a phone."""

import pytest

from plans.checked import RuleError
from plans.sender_ids import refused_names_from, sender_id_problem
from plans.words import Reason

REFUSED = refused_names_from({"sender_id": {"refused": {"FR": ["info", "PROMO"]}}})


@pytest.mark.parametrize("display", ["ABC", "Garage24", "ElevenChars", "1a2", "3615A"])
def test_three_to_eleven_letters_and_digits_are_a_sender_id(display: str) -> None:
    assert sender_id_problem(display, "FR", REFUSED) is None


@pytest.mark.parametrize(
    "display", ["", "AB", "TwelveChars1", "123456", "Mon Garage", "Café", "Garage!", "Garage\n", "٣٦٣A"]
)
def test_anything_else_is_refused(display: str) -> None:
    """Digits alone would pass for a number; accents and spaces are not shown by every network."""
    assert sender_id_problem(display, "FR", REFUSED) is Reason.SENDER_ID_INVALID


@pytest.mark.parametrize("display", ["INFO", "Info", "promo"])
def test_a_name_that_could_be_anybodys_is_refused_in_any_case(display: str) -> None:
    assert sender_id_problem(display, "FR", REFUSED) is Reason.SENDER_ID_INVALID


def test_each_country_refuses_its_own_names() -> None:
    assert sender_id_problem("INFO", "BE", REFUSED) is None


def test_an_error_in_the_list_names_its_key() -> None:
    with pytest.raises(RuleError, match=r"sender_id\.refused\.FR must be a list of texts"):
        refused_names_from({"sender_id": {"refused": {"FR": "INFO"}}})
