"""The laws of templates: variables that exist, brackets that match, and what of an event they ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.calendar.wording import EventText, Variable, needs, parse_template
from gateway.calendar.wording.templates import LONGEST


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("{name}: {day} at {time}", {Variable.NAME, Variable.DAY, Variable.TIME}),
        ("{nom} : {jour} à {heure}", {Variable.NAME, Variable.DAY, Variable.TIME}),
        ("{ Heure } {JOUR_SEMAINE}", {Variable.TIME, Variable.WEEKDAY}),
        ("come[ to {place}]", {Variable.PLACE}),
        ("{{name}} and [[x]]", set()),
    ],
)
def test_a_template_names_variables_in_either_language(source: str, variables: set[Variable]) -> None:
    assert parse_template(source).variables == variables


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("{name} {contact} {day} {date} {weekday} {time} {appointments}", set()),
        ("{lieu}", {EventText.LOCATION}),
        ("{title}[ {description}]", {EventText.TITLE, EventText.DESCRIPTION}),
    ],
)
def test_a_template_says_what_text_of_an_event_it_needs(source: str, texts: set[EventText]) -> None:
    assert needs(parse_template(source)) == texts


def test_an_unknown_variable_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused) as refusal:
        parse_template("{first_name}, à demain")
    assert refusal.value.text == '"{first_name}" is no variable.'
    assert all(f"{{{each}}}" in refusal.value.cure for each in (*Variable, "heure", "lieu"))


@pytest.mark.parametrize(
    ("source", "cure"),
    [
        ("", 'such as "{name}'),
        (" \n ", 'such as "{name}'),
        ("a" * (LONGEST + 1), "Shorten"),
        ("bell \a", "anew"),
        ("lone \ud800", "anew"),
        ("{day", '"{{"'),
        ("day}", '"}}"'),
        ("{day {time}}", '"{{"'),
        ("{}", "Known are"),
        ("{day:%d}", "Known are"),
        ("{day.year}", "Known are"),
        ("{0}", "Known are"),
        ("[{day}", '"[["'),
        ("{day}]", '"]]"'),
        ("[[{day}]", '"]]"'),
        ("[always]", '"[["'),
        ("[a [{day}]]", '"[["'),
    ],
)
def test_what_is_no_template_is_refused_with_a_cure(source: str, cure: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_template(source)
    assert cure in refusal.value.cure


def test_a_refusal_does_not_repeat_a_long_name() -> None:
    with pytest.raises(Refused) as refusal:
        parse_template("{" + "x" * 500 + "}")
    assert len(refusal.value.text) < 70


@given(source=st.text(st.sampled_from("{}[] adynmetil\n€é\x00"), max_size=60))
def test_whatever_is_written_is_a_template_or_refused(source: str) -> None:
    try:
        template = parse_template(source)
    except Refused:
        return
    assert template.source == source
    assert not template.variables or "{" in source


@given(literal=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_brackets_written_twice_are_literal(literal: str) -> None:
    doubled = literal[: LONGEST // 2]
    for bracket in "{}[]":
        doubled = doubled.replace(bracket, bracket * 2)
    if doubled.strip():
        assert parse_template(doubled).literal == literal[: LONGEST // 2]
