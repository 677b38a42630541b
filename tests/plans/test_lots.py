"""The laws of prepaid lots: what is drawn, in which order, and until when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.lots import Draw, Lot, burn_order, draw, pack_end
from plans.words import LotKind, Origin

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def lot(lot_id: int, units: int = 10, *, days: int = 30, kind: LotKind = LotKind.PACK) -> Lot:
    return Lot(lot_id, kind, units, NOW + timedelta(days=days))


lots_of_any_kind = st.lists(
    st.builds(
        Lot,
        lot_id=st.integers(1, 10**6),
        kind=st.sampled_from(LotKind),
        units_left=st.integers(0, 50),
        expires_at=st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)),
    ),
    unique_by=lambda each: each.lot_id,
    max_size=8,
)


def test_test_units_burn_first_then_the_earliest_end_then_the_lowest_id() -> None:
    late, early, twin, test = lot(1, days=9), lot(2, days=3), lot(3, days=3), lot(4, days=20, kind=LotKind.TEST)
    assert burn_order([late, twin, early, test]) == [test, early, twin, late]


def test_a_message_may_draw_on_several_lots() -> None:
    assert draw([lot(1, 2, days=1), lot(2, 5)], 3, NOW, Origin.EMAIL) == (Draw(1, 2), Draw(2, 1))


def test_a_lot_is_never_drawn_past_its_end() -> None:
    """The end is the first instant at which the lot is gone."""
    ending = Lot(1, LotKind.PACK, 5, NOW)
    assert draw([ending], 1, NOW, Origin.EMAIL) is None
    assert draw([ending], 1, NOW - timedelta(microseconds=1), Origin.EMAIL) == (Draw(1, 1),)


def test_what_the_lots_do_not_cover_draws_nothing() -> None:
    assert draw([lot(1, 2), lot(2, 2)], 5, NOW, Origin.EMAIL) is None
    assert draw([], 1, NOW, Origin.EMAIL) is None


def test_an_empty_lot_leaves_no_draw_behind() -> None:
    assert draw([lot(1, 0, days=1), lot(2, 1)], 1, NOW, Origin.EMAIL) == (Draw(2, 1),)


def test_test_units_pay_for_mail_alone() -> None:
    test = lot(1, kind=LotKind.TEST)
    assert draw([test], 1, NOW, Origin.EMAIL) == (Draw(1, 1),)
    assert [draw([test], 1, NOW, origin) for origin in (Origin.CALENDAR, Origin.API, Origin.CLI)] == [None] * 3


@pytest.mark.parametrize("units", [0, -1])
def test_a_message_costs_at_least_one_unit(units: int) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        draw([lot(1)], units, NOW, Origin.EMAIL)


@given(lots=lots_of_any_kind, units=st.integers(1, 120), origin=st.sampled_from(Origin))
def test_draws_add_up_and_respect_every_lot(lots: list[Lot], units: int, origin: Origin) -> None:
    """Whatever the lots: all or nothing, no lot overdrawn, none expired, and nothing while an earlier lot has units."""
    usable = [
        each for each in lots if each.expires_at > NOW and (each.kind is not LotKind.TEST or origin is Origin.EMAIL)
    ]
    draws = draw(lots, units, NOW, origin)
    if draws is None:
        assert sum(each.units_left for each in usable) < units
        return
    taken = {each.lot_id: each.units for each in draws}
    filled = [each for each in burn_order(usable) if each.units_left]
    assert sum(taken.values()) == units
    assert list(taken) == [each.lot_id for each in filled[: len(taken)]]
    assert all(taken[each.lot_id] == each.units_left for each in filled[: len(taken) - 1])
    assert all(0 < taken[each.lot_id] <= each.units_left for each in filled[: len(taken)])


def test_a_pack_ends_at_midnight_on_the_clients_clock() -> None:
    """Late on 23 November in UTC is already the 24th in Réunion."""
    bought = datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert pack_end(bought, 12, PARIS) == datetime(2027, 11, 23, 23, tzinfo=UTC)
    assert pack_end(bought, 12, ZoneInfo("Indian/Reunion")) == datetime(2027, 11, 24, 20, tzinfo=UTC)


@given(
    bought=st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(PARIS)),  # noqa: DTZ001 - Hypothesis gives the zone
    months=st.integers(1, 60),
)
def test_a_pack_lives_whole_months_to_the_end_of_the_day(bought: datetime, months: int) -> None:
    last = (pack_end(bought, months, PARIS) - timedelta(microseconds=1)).astimezone(PARIS)
    assert (last.year * 12 + last.month) - (bought.year * 12 + bought.month) == months
    assert last.day == bought.day or (last.day < bought.day and (last + timedelta(days=1)).day == 1)
    assert (last.hour, last.minute, last.second) == (23, 59, 59)
