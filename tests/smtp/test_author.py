"""Who a mail says that it is from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.author import FROM_BYTES, HEADER_BYTES, header_from


def mail(*fields: bytes) -> bytes:
    return b"".join(field + b"\r\n" for field in (b"Subject: x", *fields, b"", b"From: in@the.body"))


@pytest.mark.parametrize(
    "field",
    [
        b"From: staff@client.test",
        b"FROM:staff@client.test",
        b"From : STAFF@Client.Test",
        b"From: <staff@client.test>",
        b"From: The Staff <staff@client.test>",
        b'From: "Staff, the <x@evil.test>" <staff@client.test>',
        b"From: Staff (of x@evil.test (really)) <staff@client.test>",
        b"From: staff@client.test (Staff)",
        b"From: =?utf-8?q?caf=C3=A9?= <staff@client.test>",
        b"From: caf\xe9 <staff@client.test>",
        b"From: The Staff\r\n <staff@client.test>",
        b'From: "a \\" b" <staff@client.test>',
    ],
)
def test_one_from_with_one_address_names_the_author(field: bytes) -> None:
    assert header_from(mail(field)) == "staff@client.test"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [b"From: staff@client.test", b"From: staff@client.test"],
        [b"From: staff@client.test", b"from : x@evil.test"],
        [b"From: staff@client.test, x@evil.test"],
        [b"From: staff@client.test <x@evil.test>"],
        [b"From: <staff@client.test> <x@evil.test>"],
        [b"From: group: staff@client.test;"],
        [b"From: staff"],
        [b"From:"],
        [b'From: "staff@client.test'],
        [b"From: (staff@client.test"],
        [b'From: "a b"@client.test'],
        [b"From: st\xe9ff@client.test"],
        [b"From: " + b"x" * FROM_BYTES + b" <staff@client.test>"],
        [b"X-Long: " + b"x" * HEADER_BYTES, b"From: staff@client.test"],
        [b"X-From: staff@client.test"],
    ],
)
def test_anything_else_names_nobody(fields: list[bytes]) -> None:
    """Two readers of a doubtful header may see two authors, so there is none."""
    assert header_from(mail(*fields)) is None


def test_a_mail_without_header_names_nobody() -> None:
    assert header_from(b"\r\nFrom: staff@client.test\r\n") is None
    assert header_from(b"") is None


@given(st.binary(max_size=300).map(lambda noise: b"From: " + noise + b"\r\n\r\n"))
def test_any_bytes_name_one_address_or_nobody(raw: bytes) -> None:
    author = header_from(raw)
    assert author is None or (author.count("@") == 1 and "\r" not in author and author == author.lower())
