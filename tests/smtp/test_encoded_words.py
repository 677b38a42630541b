"""Encoded words of header fields are decoded (RFC 2047)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.encoded_words import decode_words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?=C3=A9t=C3=A9_chaud?=", "été chaud"),
        ("=?UTF-8?B?w6l0w6k=?= 2026", "été 2026"),
        ("=?iso-8859-1?q?a?=  =?iso-8859-1?q?b?=", "ab"),  # RFC 2047, 8: white space between them goes
        ("=?utf-8?b?w6k?= x =?utf-8?b?w6k?=", "é x é"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),  # a character cut in two
        ("=?utf-8*fr?q?=C3=A9?=", "é"),  # RFC 2231, 5: with a language
        ("=?rot13?q?uryyb?=", "uryyb"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?b?a?=", ""),
        ("=?broken", "=?broken"),
    ],
)
def test_an_encoded_word_is_decoded_and_anything_else_stays(value: str, text: str) -> None:
    assert decode_words(value) == text


@given(st.text(alphabet="=?utf-8bqQB_ \u00e9AC39\ud800", max_size=200))
def test_any_value_is_decoded_without_failing(value: str) -> None:
    assert isinstance(decode_words(value), str)
