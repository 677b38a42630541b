"""The laws of the GSM alphabet, against its table and an independent codec."""

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.gsm import CHARACTERS, EXTENSION, count, outside, septets


@pytest.mark.parametrize(
    ("text", "hexadecimal"),
    [
        ("@", "00"),
        ("€", "1b65"),
        ("[", "1b3c"),
        ("]", "1b3e"),
        ("{", "1b28"),
        ("}", "1b29"),
        ("\\", "1b2f"),
        ("^", "1b14"),
        ("~", "1b3d"),
        ("|", "1b40"),
        ("\f", "1b0a"),
        ("§", "5f"),
        ("_", "11"),
        ("Δ", "10"),
        ("Φ", "12"),
        ("Ω", "15"),
        ("¿", "60"),
        ("hello", "68656c6c6f"),
    ],
)
def test_characters_have_the_septets_of_the_standard(text: str, hexadecimal: str) -> None:
    assert septets(text) == bytes.fromhex(hexadecimal)


def test_the_whole_alphabet_agrees_with_an_independent_codec() -> None:
    assert len(CHARACTERS) == 127 + 10
    assert {each: septets(each) for each in CHARACTERS} == {each: smsutil.encode(each) for each in CHARACTERS}
    assert {each for each in CHARACTERS if len(septets(each) or b"") == 2} == EXTENSION


def test_every_other_character_is_foreign() -> None:
    others = (chr(code) for code in range(0x11000) if chr(code) not in CHARACTERS)
    assert [each for each in others if septets(each) is not None] == []


@given(st.text(st.sampled_from(sorted(CHARACTERS))) | st.text(max_size=5))
def test_septets_are_counted_without_being_written(text: str) -> None:
    written = septets(text)
    assert count(text) == (None if written is None else len(written))


def test_the_characters_that_cost_the_most_are_named_once_each() -> None:
    assert outside("ça va ? garçon ê €") == "çê"
