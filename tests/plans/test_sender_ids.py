"""The laws of what stands as the sender on a phone."""

from datetime import date
from typing import Any

import pytest

from plans.checked import RuleError
from plans.sender_ids import SenderIdRules, sender_id_problem, sender_id_rules_from, shown_in
from plans.words import Reason

DAY, BEFORE = date(2026, 11, 23), date(2022, 1, 1)
INVALID = Reason.SENDER_ID_INVALID


def written(name: str, since: date = date(2020, 1, 1), **keys: Any) -> dict[str, Any]:
    return {"name": name, "since": since, "kinds": ["name", "number"], **keys}


RULES = sender_id_rules_from(
    {
        "country": [
            written("elsewhere"),
            written("FR", refused=["info", "PROMO"]),
            written("SG", date(2023, 1, 31), registered=["Clinic"], otherwise="replace"),
            written("US", kinds=["number"], otherwise="replace"),
            written("XX", kinds=[], shortest=5, longest=6),
        ]
    }
)


@pytest.mark.parametrize("display", ["ABC", "Garage24", "ElevenChars", "1a2", "3615A"])
def test_three_to_eleven_letters_and_digits_are_a_sender_id(display: str) -> None:
    assert sender_id_problem(display, "FR", RULES) is None
    assert shown_in(display, "FR", RULES, DAY) == display


@pytest.mark.parametrize(
    "display", ["", "AB", "TwelveChars1", "Mon Garage", "Café", "Garage!", "Garage\n", "٣٦٣A", "INFO", "Info", "promo"]
)
def test_anything_else_is_refused_and_so_is_what_could_be_anybodys(display: str) -> None:
    """Accents and spaces are not shown by every network."""
    assert sender_id_problem(display, "FR", RULES) is INVALID
    assert shown_in(display, "FR", RULES, DAY) is INVALID


def test_a_number_cannot_be_chosen_freely_but_may_stand() -> None:
    assert sender_id_problem("+33700000000", "FR", RULES) is INVALID
    assert shown_in("+33700000000", "FR", RULES, DAY) == "+33700000000"
    assert shown_in("36111", "US", RULES, DAY) == "36111"


def test_each_country_has_its_own_rule_and_the_others_share_one() -> None:
    assert (sender_id_problem("INFO", "BE", RULES), shown_in("INFO", "BE", RULES, DAY)) == (None, "INFO")


def test_where_names_are_not_carried_the_carriers_own_number_takes_their_place() -> None:
    assert (shown_in("Clinic", "US", RULES, DAY), sender_id_problem("Clinic", "US", RULES)) == (None, INVALID)


def test_where_a_register_is_kept_only_what_is_in_it_stands() -> None:
    assert (shown_in("CLINIC", "SG", RULES, DAY), shown_in("Garage", "SG", RULES, DAY)) == ("CLINIC", None)


def test_a_rule_holds_from_its_day_on() -> None:
    assert shown_in("Garage", "SG", RULES, BEFORE) == "Garage"


def test_what_is_chosen_must_stand_by_the_newest_rule() -> None:
    stricter = sender_id_rules_from({"country": [written("FR"), written("FR", date(2030, 1, 1), refused=["GARAGE"])]})
    assert sender_id_problem("Garage", "FR", stricter) is INVALID
    assert shown_in("Garage", "FR", stricter, DAY) == "Garage"


def test_nothing_chosen_is_nothing_shown() -> None:
    assert shown_in(None, "XX", RULES, DAY) is None
    assert shown_in("Clinic", "XX", RULES, DAY) is INVALID


def test_without_any_rule_what_networks_can_show_may_stand() -> None:
    assert sender_id_problem("Info", "FR", SenderIdRules()) is None
    assert shown_in("Info", "FR", SenderIdRules(), DAY) == "Info"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"refused": "INFO"}, r"country\[1\]\.refused must be a list of texts"),
        ({"kinds": ["letters"]}, r"country\[1\]\.kinds takes name, number"),
        ({"otherwise": "drop"}, r"country\[1\]\.otherwise takes replace, refuse"),
        ({"longest": 0}, r"country\[1\]\.longest must be a whole number of at least 1"),
        ({"shortes": 3}, r"country\[1\]\.shortes is unknown"),
    ],
)
def test_an_error_names_its_key(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        sender_id_rules_from({"country": [written("FR", **keys)]})
