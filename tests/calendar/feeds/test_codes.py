"""The codes of providers, as they may be shown and logged."""

import pytest

from gateway.calendar.feeds.codes import checked_code


@pytest.mark.parametrize("code", ["invalid_grant", "push.webhookUrlUnauthorized", "AADSTS90094", "ErrorItemNotFound"])
def test_a_code_is_shown_as_it_is(code: str) -> None:
    assert checked_code(code) == code


@pytest.mark.parametrize("text", ["", "call 06 12 34 56 78", "a\nb", "<b>", "é", "x" * 81, None, {"a": 1}])
def test_anything_else_is_not_shown(text: object) -> None:
    assert checked_code(text) in {"unreadable", "None"}
