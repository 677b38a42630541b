"""Rules in people's words, in both languages."""

from datetime import time

import pytest

from gateway.calendar.schedule import Before, DayBefore, Lead, Rule, describe
from gateway.wording import Language, read_wording


@pytest.mark.parametrize(
    ("rule", "english", "french"),
    [
        (Before(minutes=1440), "24 hours before", "24 heures avant"),
        (Before(minutes=60), "1 hour before", "1 heure avant"),
        (Before(minutes=90), "90 minutes before", "90 minutes avant"),
        (Before(days=1), "1 day before", "1 jour avant"),
        (
            Before(minutes=120, earliest=time(8)),
            "2 hours before, but not before 08:00",
            "2 heures avant, mais pas avant 08:00",
        ),
        (
            Before(minutes=120, earliest=time(8), evening=time(18)),
            "2 hours before, or the evening before at 18:00 if that is before 08:00",
            "2 heures avant, ou la veille au soir à 18:00 si c'est avant 08:00",
        ),
        (DayBefore(0, time(7, 30)), "the same day at 07:30", "le jour même à 07:30"),
        (DayBefore(1, time(9)), "the day before at 09:00", "la veille à 09:00"),
        (DayBefore(1, time(18)), "the evening before at 18:00", "la veille au soir à 18:00"),
        (DayBefore(3, time(9)), "3 days before at 09:00", "3 jours avant à 09:00"),
    ],
)
def test_a_rule_is_told_in_both_languages(rule: Rule, english: str, french: str) -> None:
    assert describe(rule, read_wording(), Language.EN) == english
    assert describe(rule, read_wording(), Language.FR) == french


def test_a_rule_by_booking_is_told_case_by_case() -> None:
    english = describe(Lead(), read_wording(), Language.EN)
    assert english.split("; ") == [
        "booked more than 7 days ahead, 2 days before at 13:00",
        "booked later, the day before at 13:00",
        "booked at the last moment, 10 minutes after booking",
    ]
    french = describe(Lead(soon=None), read_wording(), Language.FR)
    assert french.split(" ; ") == [
        "pris plus de 7 jours à l'avance, 2 jours avant à 13:00",
        "pris plus tard, la veille à 13:00",
        "pris au dernier moment, aucun",
    ]
