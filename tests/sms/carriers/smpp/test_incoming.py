"""What people send is read in the alphabet it was written in, and its place in a longer SMS is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.port import Piece
from gateway.sms.carriers.smpp.incoming import text_and_piece
from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.settings import Codings, Default
from gateway.sms.carriers.smpp.words import Tag
from gateway.sms.gsm import CHARACTERS, septets

CODINGS = Codings()
FROM, TO = Address(1, 1, "33639981234"), Address(3, 0, "36000")


def message(body: bytes, data_coding: int = 0, header: str = "", tlvs: dict[int, bytes] | None = None) -> ShortMessage:
    elements = bytes.fromhex(header)
    return ShortMessage(
        FROM,
        TO,
        bytes((len(elements),)) + elements + body if header else body,
        esm_class=0x40 if header else 0,
        data_coding=data_coding,
        tlvs=tlvs or {},
    )


def text(each: ShortMessage, codings: Codings = CODINGS) -> str:
    return text_and_piece(each, codings)[0]


@given(st.text(st.sampled_from(sorted(CHARACTERS)), max_size=200))
def test_the_default_alphabet_is_read_as_it_is_written(written: str) -> None:
    octets = septets(written)
    assert octets is not None
    assert text(message(octets)) == written


@given(st.binary(max_size=200), st.integers(0, 255), st.integers(0, 255))
def test_whatever_comes_is_some_text(body: bytes, data_coding: int, esm_class: int) -> None:
    for default in Default:
        each = ShortMessage(FROM, TO, body, esm_class=esm_class, data_coding=data_coding)
        assert isinstance(text(each, Codings(default=default)), str)


@pytest.mark.parametrize(
    ("body", "data_coding", "expected"),
    [
        (b"deja @ la tour", 1, "deja @ la tour"),
        (b"d\x05sol\x05e\n10 \x1be", 1, "désolée\n10 €"),  # as npm's smpp writes it, and others
        ("déjà".encode("latin-1"), 3, "déjà"),
        ("привет".encode("iso8859_5"), 6, "привет"),
        ("ok 😀".encode("utf-16-be"), 8, "ok 😀"),
        ("ok".encode("utf-16-be") + b"\0", 8, "ok"),
        (b"\x1be", 0xF1, "€"),
        (b"\xde\xad", 4, "dead"),
        (b"\xde\xad", 0xF5, "dead"),
        (b"a\xe9", 0, "a\ufffd"),
        (b"a\x1b", 0, "a"),
        (b"\x1bz", 0, "z"),
        (b"ok", 0x7F, "ok"),
    ],
)
def test_each_coding_has_its_alphabet(body: bytes, data_coding: int, expected: str) -> None:
    assert text(message(body, data_coding)) == expected


def test_a_carrier_whose_default_is_latin1_is_believed() -> None:
    assert text(message("déjà".encode("latin-1")), Codings(default=Default.LATIN1)) == "déjà"


def test_a_carrier_may_have_numbers_of_its_own() -> None:
    codings = Codings(default=Default.LATIN1, gsm=0x11, ucs2=0x18)
    assert text(message(b"\x1be", 0x11), codings) == "€"
    assert text(message("中".encode("utf-16-be"), 0x18), codings) == "中"


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("240101", b"\x1bS\x1bi\x1be", "Şı€"),
        ("250101", b"\x07\x1d\x40\x60", "ışİç"),
        ("240102", b"\x1b\x09\x1ba\x1bI", "çáÍ"),
        ("240103", b"\x1b\x7b\x1b\x0c\x1b\x7f", "ãôâ"),
        ("250103", b"\x04\x7b\x12\x5d", "êãªÚ"),
        ("240101250101", b"\x1bS\x1d", "Şş"),
        ("240107", b"\x1be", "€"),
    ],
)
def test_national_shift_tables_are_read(header: str, body: bytes, expected: str) -> None:
    assert text(message(body, header=header)) == expected


def test_a_shift_table_is_of_septets_whatever_the_coding_says() -> None:
    assert text(message(b"\x1bS", 1, header="240101")) == "Ş"
    assert text(message(b"\x1bS", header="240101"), Codings(default=Default.LATIN1)) == "Ş"


@pytest.mark.parametrize(
    ("header", "piece"),
    [
        ("0003a70302", Piece(0xA7, 3, 2)),
        ("08041234190a", Piece(0x1234, 25, 10)),
        ("240101" + "0003070201", Piece(7, 2, 1)),
        ("0003a70101", None),
        ("0003a70304", None),
        ("0003a70300", None),
        ("0002a703", None),
        ("0504158a0000", None),
        ("00", None),
        ("00ff", None),
    ],
)
def test_the_header_says_which_part_it_is(header: str, piece: Piece | None) -> None:
    assert text_and_piece(message(b"ok", header=header), CODINGS) == ("ok", piece)


def test_tlvs_say_it_too() -> None:
    tlvs: dict[int, bytes] = {Tag.SAR_REFERENCE: b"\x12\x34", Tag.SAR_TOTAL: b"\x02", Tag.SAR_NUMBER: b"\x01"}
    assert text_and_piece(message(b"ok", tlvs=tlvs), CODINGS) == ("ok", Piece(0x1234, 2, 1))


def test_a_payload_is_read_where_there_is_no_short_message() -> None:
    assert text(message(b"", tlvs={Tag.MESSAGE_PAYLOAD: b"long"})) == "long"


def test_a_header_that_is_longer_than_its_message_is_none() -> None:
    each = ShortMessage(FROM, TO, b"\x40ok", esm_class=0x40)
    assert text_and_piece(each, CODINGS) == ("¡ok", None)


def test_half_a_surrogate_pair_waits_for_its_other_half() -> None:
    halves = [text(message("😀".encode("utf-16-be")[at : at + 2], 8)) for at in (0, 2)]
    assert "".join(halves).encode("utf-16-be", "surrogatepass").decode("utf-16-be") == "😀"
