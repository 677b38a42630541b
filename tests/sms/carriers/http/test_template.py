"""Requests out of templates."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.http.template import Values, check, fill, text
from plans.checked import RuleError, Section

VALUES: Values = {"recipient": "+33639981234", "text": "Bonjour {recipient}", "left": 60, "sender": None}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{recipient}", "+33639981234"),
        ("{left}", 60),
        ("in {left} s", "in 60 s"),
        ("from {sender}.", "from ."),
        ({"to": ["{recipient}"], "n": "{left}"}, {"to": ["+33639981234"], "n": 60}),
        ({"from": "{sender}", "list": ["{sender}", "x"]}, {"list": ["x"]}),
        ("{sender}", None),
        ({"flag": True, "number": 3}, {"flag": True, "number": 3}),
        ("{UPPER} {with space}", "{UPPER} {with space}"),
    ],
)
def test_names_become_what_the_message_holds(template: Any, filled: Any) -> None:
    assert fill(template, VALUES) == filled


@given(st.text())
def test_what_a_message_says_is_never_read_as_a_template(said: str) -> None:
    assert fill({"text": "<{text}>"}, {"text": said}) == {"text": f"<{said}>"}
    assert text("{text}", {"text": said}) == said


@pytest.mark.parametrize("template", ["{sendr}", {"a": [{"b": "{sendr}"}]}])
def test_a_name_that_no_message_has_is_refused_with_its_key(template: Any) -> None:
    with pytest.raises(RuleError, match=r"one\.json: \{sendr\} is unknown; known here: text"):
        check(Section({"json": template}, "one"), "json", {"text"})


def test_what_is_no_text_needs_no_check() -> None:
    assert check(Section({"json": {"a": 1, "b": [True, "{text}"]}}), "json", {"text"}) == {
        "a": 1,
        "b": [True, "{text}"],
    }
