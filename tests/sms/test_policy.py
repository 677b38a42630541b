"""The laws of the one decision: what is checked, in which order, and what it answers."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.words import AccountState, Encoding, ForeignPolicy
from gateway.sms.numbers import Line, Number
from gateway.sms.policy import (
    Composed,
    Hold,
    Record,
    Refuse,
    Request,
    Rules,
    Send,
    Standing,
    Verdict,
    admission,
    compose,
    decide,
    next_departure,
    terms_of,
)
from gateway.sms.segments import MAX_PARTS
from plans.destinations import Rates
from plans.sender_ids import sender_id_rules_from
from plans.stop import StopMention, StopRules
from plans.terms import CreditTerms
from plans.windows import Hours, Window
from plans.words import MessageClass, Reason
from tests.cast import all_to

MONDAY_NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # 12:00 in Paris
SUNDAY_NOON = MONDAY_NOON - timedelta(days=1)

WEEKDAYS = Window(
    "weekdays",
    frozenset({MessageClass.MARKETING}),
    frozenset(),
    (*[Hours(time(8), time(20))] * 5, None, None),
    closed_on_holidays=True,
)
RULES = Rules(
    windows=(WEEKDAYS,),
    stop=StopRules(" STOP 36000", " STOP: {link}", "36000", frozenset({"FR"})),
    rates=Rates({"FR": 1, "RE": 2}, default=3, surcharge=1),
    credit=CreditTerms(12, timedelta(days=30), silence_refunded=True),
    routes=all_to("sandbox"),
)
ACTIVE = Standing(
    state=AccountState.ACTIVE,
    country="FR",
    holiday_region=None,
    zone=ZoneInfo("Europe/Paris"),
    foreign_policy=ForeignPolicy.BLOCK,
    opened={},
    stop_in_alerts=False,
)
CLEAN = Record(opted_out=False, sent_today=0, daily_cap=None)
FRENCH = Number("+33612345678", "FR", Line.MOBILE)
REUNION = Number("+262692123456", "RE", Line.MOBILE)
ALERT = Request(FRENCH, MessageClass.ALERT, "Rendez-vous demain", Encoding.AUTO, max_parts=3)
MARKETING = ALERT._replace(message_class=MessageClass.MARKETING)


def judged(request: Request, standing: Standing, record: Record, rules: Rules, now: datetime) -> Verdict:
    return decide(request, record, terms_of(request, standing, rules, now), now)


def composed(request: Request, standing: Standing, rules: Rules) -> Composed:
    return compose(request, terms_of(request, standing, rules, MONDAY_NOON))


def test_an_alert_leaves_at_once_at_its_price() -> None:
    verdict = judged(ALERT, ACTIVE, CLEAN, RULES, SUNDAY_NOON)
    assert verdict == Send(composed(ALERT, ACTIVE, RULES))
    assert isinstance(verdict, Send)
    assert (verdict.composed.encoded.text, verdict.composed.units) == ("Rendez-vous demain", 1)


def test_marketing_carries_its_stop_mention() -> None:
    verdict = judged(MARKETING, ACTIVE, CLEAN, RULES, MONDAY_NOON)
    assert isinstance(verdict, Send)
    assert verdict.composed.encoded.text == "Rendez-vous demain STOP 36000"
    assert verdict.composed.stop is StopMention.ANSWER


def test_marketing_outside_its_window_is_held_and_priced() -> None:
    verdict = judged(MARKETING, ACTIVE, CLEAN, RULES, SUNDAY_NOON)
    opening = datetime(2026, 11, 23, 7, tzinfo=UTC)  # Monday 08:00 in Paris
    assert verdict == Hold(composed(MARKETING, ACTIVE, RULES), opening, Reason.OUTSIDE_WINDOW)


SUSPENDED = replace(ACTIVE, state=AccountState.SUSPENDED)
OPTED_OUT = CLEAN._replace(opted_out=True)
CAPPED = CLEAN._replace(sent_today=5, daily_cap=5)


@pytest.mark.parametrize(
    ("standing", "number", "record", "reason"),
    [
        (SUSPENDED, REUNION, OPTED_OUT, Reason.ACCOUNT_SUSPENDED),
        (replace(ACTIVE, state=AccountState.CLOSED), FRENCH, CLEAN, Reason.ACCOUNT_CLOSED),
        (ACTIVE, REUNION, CAPPED._replace(opted_out=True), Reason.FOREIGN_BLOCKED),
        (ACTIVE, FRENCH, CAPPED._replace(opted_out=True), Reason.OPTED_OUT),
        (ACTIVE, FRENCH, CAPPED, Reason.DAILY_CAP),
        (ACTIVE, FRENCH, CAPPED._replace(sent_today=4), None),
        (ACTIVE, FRENCH, CLEAN, None),
    ],
)
def test_admission_and_decision_give_the_same_reason(
    standing: Standing, number: Number, record: Record, reason: Reason | None
) -> None:
    """What the door answers at RCPT is what the core would answer, and the first check that fails speaks."""
    asked = ALERT._replace(number=number)
    verdict = judged(asked, standing, record, RULES, MONDAY_NOON)
    assert admission(record, terms_of(asked, standing, RULES, MONDAY_NOON)) is reason
    assert (verdict.reason if isinstance(verdict, Refuse) else None) is reason


@pytest.mark.parametrize("text", ["", " \n\u00a0"])
@pytest.mark.parametrize("asked", [ALERT, MARKETING], ids=["alert", "marketing"])
def test_a_stop_mention_alone_is_no_message(asked: Request, text: str) -> None:
    assert judged(asked._replace(text=text), ACTIVE, CLEAN, RULES, MONDAY_NOON) == Refuse(Reason.NO_TEXT)


def test_the_parts_allowed_are_counted_with_the_stop_mention() -> None:
    text = "a" * 155
    assert isinstance(judged(ALERT._replace(text=text, max_parts=1), ACTIVE, CLEAN, RULES, MONDAY_NOON), Send)
    marketing = MARKETING._replace(text=text, max_parts=1)
    assert judged(marketing, ACTIVE, CLEAN, RULES, MONDAY_NOON) == Refuse(Reason.TOO_MANY_PARTS)


def test_no_setting_allows_more_parts_than_a_message_can_number() -> None:
    most = ALERT._replace(text="a" * 153 * MAX_PARTS, max_parts=1000)
    assert isinstance(judged(most, ACTIVE, CLEAN, RULES, MONDAY_NOON), Send)
    more = most._replace(text=most.text + "a")
    assert judged(more, ACTIVE, CLEAN, RULES, MONDAY_NOON) == Refuse(Reason.TOO_MANY_PARTS)


def test_too_long_a_message_is_refused_rather_than_held() -> None:
    request = MARKETING._replace(text="a" * 500, max_parts=1)
    assert judged(request, ACTIVE, CLEAN, RULES, SUNDAY_NOON) == Refuse(Reason.TOO_MANY_PARTS)


@pytest.mark.parametrize(
    ("standing", "units"),
    [
        (replace(ACTIVE, opened={"RE": None}), 4),
        (replace(ACTIVE, opened={"RE": 5}), 10),
        (replace(ACTIVE, foreign_policy=ForeignPolicy.SURCHARGE), 6),
    ],
    ids=["opened", "agreed", "surcharged"],
)
def test_each_part_costs_the_price_of_its_destination(standing: Standing, units: int) -> None:
    verdict = judged(ALERT._replace(number=REUNION, text="a" * 161), standing, CLEAN, RULES, MONDAY_NOON)
    assert isinstance(verdict, Send)
    assert verdict.composed.units == units


def test_a_blocked_destination_has_no_price() -> None:
    with pytest.raises(ValueError, match="no price"):
        composed(ALERT._replace(number=REUNION), ACTIVE, RULES)


def test_where_a_link_belongs_the_code_is_named_meanwhile() -> None:
    message = composed(MARKETING._replace(number=REUNION), replace(ACTIVE, opened={"RE": None}), RULES)
    assert message.stop is StopMention.LINK
    assert message.encoded.text.endswith(" STOP 36000")


def test_a_destination_without_a_clock_takes_the_accounts() -> None:
    """Kosovo is not in the zone table; 07:00 UTC is 08:00 in Paris and 11:00 in Réunion."""
    asked = datetime(2026, 11, 23, 6, tzinfo=UTC)
    overseas = replace(ACTIVE, zone=ZoneInfo("Indian/Reunion"))
    assert next_departure("XK", MessageClass.MARKETING, ACTIVE, RULES, asked) == asked + timedelta(hours=1)
    assert next_departure("XK", MessageClass.MARKETING, overseas, RULES, asked) == asked


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis gives the zone
    destination=st.sampled_from(["FR", "RE", "PF", "US"]),
)
def test_a_message_that_was_held_leaves_when_its_time_comes(now: datetime, destination: str) -> None:
    """Asked again at the end of its hold, the policy lets it go."""
    number = FRENCH._replace(destination=destination)
    standing = replace(ACTIVE, foreign_policy=ForeignPolicy.SURCHARGE)
    verdict = judged(MARKETING._replace(number=number), standing, CLEAN, RULES, now)
    if isinstance(verdict, Hold):
        assert verdict.until > now
        verdict = judged(MARKETING._replace(number=number), standing, CLEAN, RULES, verdict.until)
    assert isinstance(verdict, Send)


def test_the_accounts_region_is_no_region_of_another_country() -> None:
    """BE is Berlin in Germany and Bern in Switzerland, where alone 2 January is a holiday."""
    berlin = replace(ACTIVE, country="DE", holiday_region="BE")
    asked = datetime(2026, 1, 2, 11, tzinfo=UTC)
    assert next_departure("CH", MessageClass.MARKETING, berlin, RULES, asked) == asked
    assert next_departure("CH", MessageClass.MARKETING, replace(berlin, country="CH"), RULES, asked) > asked


def test_a_holiday_holds_marketing() -> None:
    armistice = datetime(2026, 11, 11, 11, tzinfo=UTC)
    verdict = judged(MARKETING, ACTIVE, CLEAN, RULES, armistice)
    assert isinstance(verdict, Hold)
    assert verdict.until.date() == date(2026, 11, 12)


SENDER_IDS = sender_id_rules_from(
    {
        "country": [
            {"name": "FR", "since": date(2020, 1, 1), "kinds": ["name"], "refused": ["INFO"]},
            {"name": "RE", "since": date(2020, 1, 1), "kinds": [], "otherwise": "replace"},
        ]
    }
)


@pytest.mark.parametrize(
    ("number", "display", "shown"),
    [
        (FRENCH, "Clinic", "Clinic"),
        (FRENCH, "INFO", Reason.SENDER_ID_INVALID),
        (REUNION, "Clinic", None),
        (FRENCH, None, None),
    ],
)
def test_what_is_shown_is_what_the_country_of_the_phone_lets_stand(
    number: Number, display: str | None, shown: str | Reason | None
) -> None:
    standing = replace(ACTIVE, opened={"RE": None})
    request = ALERT._replace(number=number, display=display)
    verdict = judged(request, standing, CLEAN, replace(RULES, sender_ids=SENDER_IDS), SUNDAY_NOON)
    assert (verdict.reason if isinstance(verdict, Refuse) else verdict.composed.display) == shown
