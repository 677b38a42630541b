"""The laws of reading configuration: every error names the key and says what would do."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from plans.checked import RuleError, Section

ROOT = Section({"n": 2, "t": "x", "l": ["a"], "b": False, "s": {"n": 1}, "ss": [{"n": 1}, {"n": 2}]})


def test_values_are_read_by_their_kind() -> None:
    assert (ROOT.count("n", least=2), ROOT.text("t"), ROOT.texts("l"), ROOT.flag("b")) == (2, "x", ("a",), False)
    assert ROOT.section("s").count("n", least=1) == 1
    assert [each.path for each in ROOT.sections("ss")] == ["ss[1]", "ss[2]"]


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda: ROOT.text("gone"), "gone is missing"),
        (lambda: ROOT.section("s").text("gone"), r"s\.gone is missing"),
        (lambda: ROOT.text("n"), "n must be a text"),
        (lambda: Section({"t": ""}).text("t"), "t is empty"),
        (lambda: ROOT.count("n", least=3), "n must be a whole number of at least 3"),
        (lambda: ROOT.count("b", least=0), "b must be a whole number of at least 0"),
        (lambda: ROOT.texts("ss"), "ss must be a list of texts"),
        (lambda: ROOT.sections("l"), "l must be a list of tables"),
        (lambda: ROOT.section("l"), "l must be a table"),
        (lambda: ROOT.section("s").only({"m"}), r"s\.n is unknown; known here: m"),
    ],
)
def test_an_error_names_the_key_and_what_is_meant(read: Callable[[], object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        read()


def test_a_list_of_whole_numbers_is_read() -> None:
    assert Section({"days": [1, 3]}, "x").counts("days", least=1) == (1, 3)


@pytest.mark.parametrize("values", [[0], ["1"], [True], [1.5]])
def test_a_list_with_anything_but_whole_numbers_from_the_least_is_refused(values: list[object]) -> None:
    with pytest.raises(RuleError, match=r"x\.days must be a list of whole numbers of at least 1"):
        Section({"days": values}, "x").counts("days", least=1)


def test_a_day_is_read() -> None:
    assert Section({"since": date(2026, 11, 23)}).day("since") == date(2026, 11, 23)


@pytest.mark.parametrize("value", ["2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)])
def test_a_text_or_an_instant_is_no_day(value: object) -> None:
    with pytest.raises(RuleError, match=r"x\.since must be a day"):
        Section({"since": value}, "x").day("since")
