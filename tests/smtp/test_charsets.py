"""Octets become text by the label, then UTF-8, then windows-1252, and never fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.charsets import CHARSETS, decode


@pytest.mark.parametrize(
    ("octets", "label", "text"),
    [
        (b"\xe9t\xe9", "iso-8859-1", "été"),
        (b"l\x92\x80", "ISO-8859-1", "l\u2019€"),  # what browsers and mail clients mean by it
        (b"\xa4", "iso-8859-15", "€"),
        ("été".encode(), "us-ascii", "été"),
        ("été".encode(), None, "été"),
        (b"\xe9t\xe9", None, "été"),
        (b"l\x92\xe9t\xe9", "utf-8", "l\u2019été"),  # labelled UTF-8, written by a windows-1252 device
        (b"\x93\xfa\x96{", "Shift_JIS", "日本"),
        ("été".encode(), '"utf-8, utf-8"', "été"),
        ("été".encode(), "x-unknown", "été"),
        (b"\x81", None, "\ufffd"),
    ],
)
def test_the_first_charset_that_fits_is_taken(octets: bytes, label: str | None, text: str) -> None:
    assert decode(octets, label) == text


def test_a_character_cut_at_the_end_is_dropped() -> None:
    assert decode("déjà".encode()[:-1], "utf-8") == "déj"


@pytest.mark.parametrize("label", ["rot13", "zlib", "hex", "base64", "idna", "punycode", "undefined"])
def test_codecs_that_make_no_text_are_never_used(label: str) -> None:
    assert decode(b"uryyb", label) == "uryyb"


@given(octets=st.binary(max_size=200), label=st.one_of(st.none(), st.text(), st.sampled_from(sorted(CHARSETS))))
def test_any_octets_under_any_label_become_text_that_can_be_stored(octets: bytes, label: str | None) -> None:
    decode(octets, label).encode("utf-8")
