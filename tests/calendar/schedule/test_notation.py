"""The laws of how rules are written: what is read is what was written, and a refusal says what to write."""

import json
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.calendar.schedule import Before, DayBefore, Lead, Rule, parse_rule, rule_from_json, rule_to_json, word_of

TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
FLOORS = st.one_of(st.just((None, None)), st.tuples(TIMES, st.none()), st.tuples(TIMES, TIMES))
RULES: st.SearchStrategy[Rule] = st.one_of(
    st.builds(lambda days, floor: Before(days, 0, *floor), st.integers(1, 60), FLOORS),
    st.builds(lambda minutes, floor: Before(0, minutes, *floor), st.integers(1, 86_400), FLOORS),
    st.builds(DayBefore, st.integers(0, 60), TIMES),
    st.builds(
        lambda days, at, soon: Lead(max(days), sorted(days)[1], min(days), at, soon),
        st.lists(st.integers(1, 60), min_size=3, max_size=3),
        TIMES,
        st.none() | st.integers(0, 10_000),
    ),
)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("24h", Before(minutes=1440)),
        ("30m", Before(minutes=30)),
        (" 2D ", Before(days=2)),
        ("1d@18:00", DayBefore(1, time(18))),
        ("0d@7:30", DayBefore(0, time(7, 30))),
        ("eve", DayBefore(1, time(18))),
        ("EVE@19:15", DayBefore(1, time(19, 15))),
        ("2h>=08:00", Before(minutes=120, earliest=time(8))),
        ("2h~08:00", Before(minutes=120, earliest=time(8))),
        ("2h~8:00/18:30", Before(minutes=120, earliest=time(8), evening=time(18, 30))),
        ("lead", Lead()),
        ("lead@18:00", Lead(at=time(18))),
        ("lead+none", Lead(soon=None)),
        ("lead@9:00+30m", Lead(at=time(9), soon=30)),
        ("lead:10d/3d/2d@13:00+10m", Lead(10, 3, 2)),
    ],
)
def test_a_rule_is_read_as_people_type_it(word: str, rule: Rule) -> None:
    assert parse_rule(word) == rule


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (Before(minutes=1440), "24h"),
        (Before(minutes=90), "90m"),
        (Before(days=2, earliest=time(8)), "2d~08:00"),
        (Before(minutes=120, earliest=time(0), evening=time(0)), "2h~00:00/00:00"),
        (DayBefore(1, time(18)), "1d@18:00"),
        (Lead(), "lead:7d/2d/1d@13:00+10m"),
        (Lead(soon=None), "lead:7d/2d/1d@13:00+none"),
    ],
)
def test_every_rule_has_one_word(rule: Rule, word: str) -> None:
    assert word_of(rule) == word


@given(rule=RULES)
def test_a_rule_comes_back_from_its_word_and_from_its_json(rule: Rule) -> None:
    assert parse_rule(word_of(rule)) == rule
    assert rule_from_json(rule_to_json(rule)) == rule


@given(rule=RULES)
def test_a_word_needs_no_quotes_in_a_shell_and_is_short(rule: Rule) -> None:
    word = word_of(rule)
    assert set(word) <= set("0123456789abcdefghijklmnopqrstuvwxyz~/@:+")
    assert len(word) <= 40


@given(rule=RULES)
def test_json_is_small_and_its_keys_are_sorted(rule: Rule) -> None:
    text = rule_to_json(rule)
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert len(text) < 120


@pytest.mark.parametrize(
    "word",
    ["", "24", "h", "24x", "-2h", "1d@25:00", "1d@18", "2h~", "2h/18:00", "eve~08:00", "lead:1d", "99999999h"],
)
def test_what_is_no_rule_is_refused_with_examples(word: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_rule(word)
    assert '"24h"' in refusal.value.cure
    assert len(refusal.value.text) < 100


@given(word=st.text(max_size=50))
def test_whatever_is_typed_is_a_rule_or_refused(word: str) -> None:
    try:
        rule = parse_rule(word)
    except Refused:
        return
    assert parse_rule(word_of(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        '{"kind":"never"}',
        '{"kind":"before","minutes":"2"}',
        '{"kind":"before","minutes":2,"hours":1}',
        '{"kind":"day_before","days":1,"at":"25:00"}',
        '{"kind":"day_before","days":1,"at":"noon"}',
        '{"kind":"lead","far":7,"far_days":2,"near_days":1,"at":"13:00","soon":-1}',
    ],
)
def test_json_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        rule_from_json(text)
