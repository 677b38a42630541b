"""What docs/reminders.md tells people to type is what is read."""

import re
from pathlib import Path

import pytest

from gateway.calendar.schedule import parse_rule
from gateway.calendar.wording import Variable, parse_template
from gateway.calendar.wording.templates import spelt
from gateway.wording import Language

PAGE = (Path(__file__).parents[3] / "docs" / "reminders.md").read_text(encoding="utf-8")
RULES, TEXTS = PAGE.split("## Texts")
WORDS = [word for row in re.findall(r"^\| (`.*?`) \|", RULES, re.MULTILINE) for word in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("word", WORDS)
def test_every_rule_of_the_page_is_read(word: str) -> None:
    parse_rule(word)


def test_the_page_has_rules() -> None:
    assert {"24h", "eve", "2h~08:00", "lead"} <= set(WORDS)


@pytest.mark.parametrize("variable", Variable)
def test_every_variable_is_on_the_page_in_both_languages(variable: Variable) -> None:
    for language in Language:
        assert f"`{spelt(variable, language)}`" in TEXTS
        assert parse_template(spelt(variable, language)).variables == {variable}
