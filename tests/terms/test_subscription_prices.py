"""The terms on what subscriptions cost and cover (special term 6), and on the three ways of paying (article 4)."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

import pytest

from plans.catalogue import BillingMode, NotForSale, Tier
from plans.quota import CalendarKey, Link, calendar_refusal, counted, paused
from plans.refusals import Refusal, Refused
from tests.terms.shop import CATALOGUE, at, day, euros

TODAY = day("2026-11-23")
Facts = Mapping[str, str | int]


def tier(name: str) -> Tier:
    return CATALOGUE.tier(name).on(TODAY)


def refusal(name: str, calendars: int) -> Refused | None:
    return calendar_refusal(name, tier(name), calendars, CATALOGUE, TODAY)


def link(
    calendar: str, linked: str = "2026-01-01", *, provider: str = "google", enabled: bool = True, revoked: bool = False
) -> Link:
    return Link(CalendarKey(provider, calendar), at(linked), enabled, revoked)


def keys(*calendars: str) -> list[CalendarKey]:
    return [CalendarKey("google", calendar) for calendar in calendars]


@pytest.mark.parametrize(
    ("name", "month", "year", "saved"),
    [
        ("SOLO", "7.99", "75.00", "21.8"),
        ("BUSINESS", "19.99", "190.00", "20.8"),
        ("ENTERPRISE", "39.99", "380.00", "20.8"),
    ],
)
def test_each_formula_has_its_price_by_month_and_by_year(name: str, month: str, year: str, saved: str) -> None:
    """R2, R4, R6, special term 6: before tax; the year saves about a fifth of 12 months."""
    assert (tier(name).month, tier(name).year) == (euros(month), euros(year))
    twelve = tier(name).month.cents * 12
    assert round(Fraction(twelve - tier(name).year.cents, twelve) * 100, 1) == Fraction(saved)


def test_solo_covers_one_calendar() -> None:
    """R1, A3, special term 6: a second one is refused, and BUSINESS is named."""
    assert refusal("SOLO", 1) is None
    facts: Facts = {"tier": "SOLO", "limit": 1, "next_tier": "BUSINESS", "next_limit": 5}
    assert refusal("SOLO", 2) == Refused(Refusal.CALENDAR_LIMIT, facts)


@pytest.mark.parametrize("calendars", [0, 1, 2, 5])
def test_business_covers_up_to_five_calendars(calendars: int) -> None:
    """R3, A3, special term 6: "2 to 5" is a label at its lower end and a limit at its upper one."""
    assert refusal("BUSINESS", calendars) is None


def test_the_sixth_calendar_on_business_names_enterprise() -> None:
    """R3, A3, special term 6: refused, with the formula that covers it."""
    facts: Facts = {"tier": "BUSINESS", "limit": 5, "next_tier": "ENTERPRISE", "next_limit": 50}
    assert refusal("BUSINESS", 6) == Refused(Refusal.CALENDAR_LIMIT, facts)


def test_a_formula_that_would_still_be_too_small_is_not_named() -> None:
    """R5, special term 6: on SOLO, five calendars need BUSINESS and six need ENTERPRISE."""
    refused = [refusal("SOLO", calendars) for calendars in (5, 6)]
    assert [each.facts["next_tier"] for each in refused if each] == ["BUSINESS", "ENTERPRISE"]


def test_enterprise_covers_up_to_fifty_calendars_and_nothing_covers_more() -> None:
    """R5, R15, A3, special term 6: for 51 calendars no plan exists, and the refusal says so."""
    assert refusal("ENTERPRISE", 50) is None
    assert [refusal(name, 51) for name in ("SOLO", "ENTERPRISE")] == [Refused(Refusal.NO_PLAN, {"limit": 50})] * 2


def test_a_calendar_counts_once_however_many_share_it() -> None:
    """A4: one shared calendar through two users is 1; two calendars in one mailbox are 2."""
    assert len(counted([link("team"), link("team", "2026-02-01")])) == 1
    assert len(counted([link("anna"), link("anna/duties")])) == 2
    assert len(counted([link("anna"), link("anna", provider="outlook")])) == 2


def test_only_calendars_in_use_count() -> None:
    """A4: revoked, disabled and never enabled (holidays, birthdays) are 0."""
    assert counted([link("a", revoked=True), link("b", enabled=False), link("holidays", enabled=False)]) == set()


def test_a_downgrade_pauses_the_newest_and_the_oldest_stay() -> None:
    """A3: three linked, SOLO keeps the first; the others pause and are not deleted."""
    links = [link("c", "2026-03-01"), link("a", "2026-01-01"), link("b", "2026-02-01")]
    assert paused(links, 1) == keys("b", "c")


def test_the_client_may_pick_what_stays() -> None:
    """A3: the pick stays, then the oldest; what is picked beyond the limit pauses too."""
    links = [link("a", "2026-01-01"), link("b", "2026-02-01"), link("c", "2026-03-01")]
    assert paused(links, 1, keys("c")) == keys("a", "b")
    assert paused(links, 2, keys("c")) == keys("b")
    assert paused(links, 1, keys("b", "c")) == keys("a", "c")


def test_a_shared_calendar_is_as_old_as_its_first_link() -> None:
    """A3, A4: another user who joins late does not make it new; what does not count is not paused."""
    links = [link("team", "2026-02-01"), link("new", "2026-03-01"), link("team", "2026-04-01")]
    assert paused([*links, link("off", "2026-05-01", enabled=False)], 1) == keys("new")


def test_enough_room_pauses_nothing() -> None:
    """A3: a smaller formula that still covers all calendars changes nothing for them."""
    assert paused([link("a"), link("b")], 2) == []


def test_there_are_three_ways_to_pay() -> None:
    """A2, article 4: by order, monthly in arrears, by subscription."""
    assert list(BillingMode) == [BillingMode.ORDER, BillingMode.ARREARS, BillingMode.SUBSCRIPTION]


def test_a_subscription_holds_no_sms() -> None:
    """R14, special term 6: a formula has prices and a number of calendars; units come with packs alone."""
    assert [each.name for each in dataclasses.fields(Tier)] == ["calendars", "month", "year"]


def test_an_unknown_plan_is_named_with_those_that_exist() -> None:
    """R1-R6: what is not in the catalogue cannot be ordered."""
    with pytest.raises(NotForSale, match="there is no plan 'GOLD'; known: SOLO, BUSINESS, ENTERPRISE"):
        CATALOGUE.tier("GOLD")
    with pytest.raises(NotForSale, match="there is no pack 'PACK-1'; known: PACK-1000"):
        CATALOGUE.pack("PACK-1")
