"""The laws of sending windows: layers, half-open hours, clock changes, and what a configuration may not say."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.checked import RuleError
from plans.windows import WEEKDAYS, Hours, Window, applying, next_opening, windows_from
from plans.words import MessageClass

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 11, 23)


def no_holiday(day: date) -> bool:
    del day
    return False


def window(
    opens: str, closes: str, *, days: str = "1234567", destinations: frozenset[str] = frozenset(), holidays: bool = True
) -> Window:
    hours = Hours(time.fromisoformat(opens), time.fromisoformat(closes))
    week = tuple(hours if str(weekday) in days else None for weekday in range(1, 8))
    return Window("test", frozenset({MessageClass.MARKETING}), destinations, week, closed_on_holidays=holidays)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_without_windows_a_message_leaves_at_once() -> None:
    assert next_opening((), at("2026-11-22T03:00"), PARIS, no_holiday) == at("2026-11-22T03:00")


@pytest.mark.parametrize(
    ("asked", "opening"),
    [
        ("2026-11-23T08:59:59", "2026-11-23T09:00"),
        ("2026-11-23T09:00", "2026-11-23T09:00"),
        ("2026-11-23T17:59:59", "2026-11-23T17:59:59"),
        ("2026-11-23T18:00", "2026-11-24T09:00"),
    ],
)
def test_hours_include_their_first_instant_and_not_their_last(asked: str, opening: str) -> None:
    assert next_opening([window("09:00", "18:00")], at(asked), PARIS, no_holiday) == at(opening)


def test_of_several_windows_the_strictest_wins() -> None:
    layers = [window("08:00", "18:00"), window("10:00", "21:30"), window("00:00", "23:00", days="3")]
    assert next_opening(layers, at("2026-11-23T09:00"), PARIS, no_holiday) == at("2026-11-25T10:00")
    assert next_opening(layers, at("2026-11-25T18:00"), PARIS, no_holiday) == at("2026-12-02T10:00")


def test_a_holiday_closes_when_any_window_says_so() -> None:
    holidays = {MONDAY}
    keeps, ignores = window("09:00", "18:00"), window("09:00", "18:00", holidays=False)
    noon = at("2026-11-23T12:00")
    assert next_opening([ignores], noon, PARIS, holidays.__contains__) == noon
    assert next_opening([ignores, keeps], noon, PARIS, holidays.__contains__) == at("2026-11-24T09:00")


def test_a_window_binds_its_classes_and_destinations() -> None:
    everywhere, french = window("08:00", "20:00"), window("08:00", "20:00", destinations=frozenset({"FR"}))
    assert applying([everywhere, french], MessageClass.MARKETING, "FR") == (everywhere, french)
    assert applying([everywhere, french], MessageClass.MARKETING, "BE") == (everywhere,)
    assert applying([everywhere, french], MessageClass.ALERT, "FR") == ()


def test_an_hour_that_spring_leaves_out_opens_when_the_clock_has_passed_it() -> None:
    """On 28 March 2027 the clock in Paris goes from 02:00 to 03:00."""
    opening = next_opening([window("02:30", "05:00")], at("2027-03-28T00:00"), PARIS, no_holiday)
    assert opening == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_hours_that_spring_swallows_whole_open_the_next_day() -> None:
    opening = next_opening([window("02:30", "03:00")], at("2027-03-28T00:00"), PARIS, no_holiday)
    assert opening == datetime(2027, 3, 29, 0, 30, tzinfo=UTC)


def test_an_hour_that_autumn_repeats_opens_the_first_time() -> None:
    """On 25 October 2026 the clock in Paris goes from 03:00 back to 02:00."""
    opening = next_opening([window("02:30", "05:00")], at("2026-10-25T00:00"), PARIS, no_holiday)
    assert opening == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_search_that_finds_no_opening_ends() -> None:
    def always(day: date) -> bool:
        del day
        return True

    with pytest.raises(RuleError, match="stay closed"):
        next_opening([window("09:00", "18:00")], at("2026-11-23T12:00"), PARIS, always)


@given(
    instant=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis gives the zone
    opens=st.integers(4 * 60, 12 * 60),
    length=st.integers(1, 10 * 60),
    days=st.text("12345", min_size=1, max_size=5),
    holidays=st.sets(st.dates(date(2026, 1, 1), date(2028, 1, 1)), max_size=20),
    zone=st.sampled_from(["Europe/Paris", "Indian/Reunion", "Pacific/Tahiti", "America/New_York"]),
)
def test_an_opening_is_open_and_nothing_before_it_is(
    *, instant: datetime, opens: int, length: int, days: str, holidays: set[date], zone: str
) -> None:
    """By the wall clock: the opening lies within hours, and every quarter of an hour before it does not."""
    closes = opens + length
    rule = window(f"{opens // 60:02}:{opens % 60:02}", f"{closes // 60:02}:{closes % 60:02}", days=days)

    def is_open(moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        return str(local.isoweekday()) in days and opens <= minute < closes and local.date() not in holidays

    opening = next_opening([rule], instant, ZoneInfo(zone), holidays.__contains__)
    assert is_open(opening)
    quarters = int((opening - instant) / timedelta(minutes=15))
    assert not any(is_open(instant + timedelta(minutes=15 * n)) for n in range(quarters))
    assert opening == instant or not is_open(opening - timedelta(microseconds=1))


def document(**changes: object) -> dict[str, object]:
    return {
        "window": [
            {"name": "w", "classes": ["marketing"], "closed_on_holidays": True, "monday": "08:00-20:00"} | changes
        ]
    }


def test_a_window_is_read_as_it_is_written() -> None:
    (read,) = windows_from(document(destinations=["FR", "RE"], sunday="10:00-11:30"))
    assert read == Window(
        "w",
        frozenset({MessageClass.MARKETING}),
        frozenset({"FR", "RE"}),
        (Hours(time(8), time(20)), None, None, None, None, None, Hours(time(10), time(11, 30))),
        closed_on_holidays=True,
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"monday": "8h-20h"}, r"window\[1\]\.monday must be local hours"),
        ({"monday": "20:00-08:00"}, r"window\[1\]\.monday must open before it closes"),
        ({"mondy": "08:00-20:00"}, r"window\[1\]\.mondy is unknown; known here: classes"),
        ({"classes": ["adverts"]}, r"window\[1\]\.classes: 'adverts' is no message class; known: alert, marketing"),
        ({"closed_on_holidays": "yes"}, r"window\[1\]\.closed_on_holidays must be true or false"),
    ],
)
def test_an_error_in_a_window_names_its_key(changes: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        windows_from(document(**changes))


def test_windows_that_are_never_open_together_are_refused() -> None:
    """Found when the configuration is read, not when the first message waits for ever."""
    everywhere: dict[str, object] = {"name": "all", "classes": ["marketing"], "closed_on_holidays": False}
    belgian = everywhere | {"name": "belgian", "destinations": ["BE"], "tuesday": "08:00-20:00"}
    with pytest.raises(RuleError, match="windows all, belgian have no open hour in common"):
        windows_from({"window": [everywhere | {"monday": "08:00-20:00"}, belgian]})
    evening = everywhere | {"name": "evening", "monday": "20:00-22:00"}
    with pytest.raises(RuleError, match="windows all, evening have no open hour in common"):
        windows_from({"window": [everywhere | {"monday": "08:00-20:00"}, evening]})
    with pytest.raises(RuleError, match="windows all have no open hour in common"):
        windows_from({"window": [everywhere]})


def test_the_week_begins_on_monday() -> None:
    assert WEEKDAYS[MONDAY.weekday()] == "monday"
