"""The laws of dated rules: a change adds an entry, and a day without one is an error."""

from datetime import date

import pytest

from plans.checked import RuleError, Section
from plans.dated import Dated, Entry, NotInForce, by_name, dated, entry_from

JANUARY, JUNE, JULY = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


def test_an_entry_gives_way_to_the_next() -> None:
    history = dated("x", [Entry(JULY, None, "new"), Entry(JANUARY, None, "old")])
    assert [history.on(day) for day in (JANUARY, JUNE, JULY)] == ["old", "old", "new"]
    assert history.entry(JUNE) == Entry(JANUARY, None, "old")


def test_a_day_before_the_first_entry_is_an_error() -> None:
    with pytest.raises(NotInForce, match="x has no entry for 2025-12-31"):
        dated("x", [Entry(JANUARY, None, "old")]).on(date(2025, 12, 31))


def test_a_closed_entry_ends_and_does_not_let_the_one_before_come_back() -> None:
    history = dated("x", [Entry(JANUARY, None, "first"), Entry(date(2026, 2, 1), JUNE, "second")])
    assert history.on(JUNE) == "second"
    assert not history.offered(JULY)
    with pytest.raises(NotInForce):
        history.on(JULY)


def test_a_history_without_entries_offers_nothing() -> None:
    assert not Dated("x", ()).offered(JANUARY)


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([Entry(JANUARY, None, 1), Entry(JANUARY, None, 2)], "two entries are in force on 2026-01-01"),
        ([Entry(JANUARY, JULY, 1), Entry(JULY, None, 2)], "two entries are in force on 2026-07-01"),
        ([Entry(JULY, JANUARY, 1)], "the entry since 2026-07-01 ends before it starts"),
    ],
)
def test_entries_that_contradict_each_other_are_refused(entries: list[Entry[int]], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        dated("x", entries)


def test_an_entry_of_one_day_is_allowed() -> None:
    assert dated("x", [Entry(JANUARY, JANUARY, 1)]).on(JANUARY) == 1


def test_tables_with_one_name_are_one_history() -> None:
    tables = [{"name": "a", "since": JULY, "v": 2}, {"name": "b", "since": JULY, "v": 3}]
    tables.append({"name": "a", "since": JANUARY, "until": JUNE, "v": 1})
    histories = by_name([Section(table) for table in tables], lambda each: each.count("v", least=0))
    assert list(histories) == ["a", "b"]
    assert histories["a"].entries == (Entry(JANUARY, JUNE, 1), Entry(JULY, None, 2))


def test_an_entry_without_its_first_day_is_refused() -> None:
    with pytest.raises(RuleError, match="since is missing"):
        entry_from(Section({}), lambda each: each)
