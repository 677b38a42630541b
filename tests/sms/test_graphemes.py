"""The laws of what a reader sees as one character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.graphemes import graphemes

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"  # with a skin tone
FRANCE, ITALY = "\U0001f1eb\U0001f1f7", "\U0001f1ee\U0001f1f9"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
HEART = "\u2764\ufe0f"
KEYCAP = "1\ufe0f\u20e3"


@pytest.mark.parametrize("whole", ["a", "q\u0303", FAMILY, THUMB, FRANCE, SCOTLAND, HEART, KEYCAP])
def test_what_looks_like_one_character_is_one(whole: str) -> None:
    assert list(graphemes(f"a{whole}b{whole}")) == ["a", whole, "b", whole]


def test_flags_in_a_row_are_two_letters_each() -> None:
    assert list(graphemes(FRANCE + ITALY + FRANCE)) == [FRANCE, ITALY, FRANCE]


def test_an_empty_text_has_none() -> None:
    assert list(graphemes("")) == []


@given(st.text())
def test_together_they_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text
