"""One SMS becomes the PDUs that its carrier understands, in exactly the parts that were charged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.accounts.words import Encoding
from gateway.sms import gsm
from gateway.sms.carriers.port import OutgoingSms
from gateway.sms.carriers.smpp.outgoing import Unwritable, source_of, submissions
from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.settings import Codings, Default, LongMessages, SmppSettings, Validity
from gateway.sms.carriers.smpp.words import UDH_INDICATOR, Tag
from gateway.sms.echo import echo_of
from gateway.sms.segments import encode
from gateway.sms.words import Alphabet
from tests.clock import MONDAY_MORNING
from tests.contracts.carrier import A_MESSAGE

SETTINGS = SmppSettings("smpp", "127.0.0.1", 2775, "u", "p", source=Address(3, 0, "36000"))


def sms(text: str) -> OutgoingSms:
    encoded = encode(text, Encoding.AUTO)
    return A_MESSAGE._replace(body=encoded.text, alphabet=encoded.alphabet, parts=len(encoded.parts))


def pdus(text: str, settings: SmppSettings = SETTINGS) -> list[ShortMessage]:
    return submissions(sms(text), settings, MONDAY_MORNING)


def with_codings(**codings: object) -> SmppSettings:
    return replace(SETTINGS, codings=replace(Codings(), **codings))  # type: ignore[arg-type]  # each test names its own


def read_back(each: ShortMessage) -> str:
    octets = each.body[6:] if each.esm_class & UDH_INDICATOR else each.content
    return octets.decode("utf-16-be") if each.data_coding == 8 else gsm.read(octets)


@given(st.text(st.sampled_from("aé€{ç中😀 \n"), max_size=500))
@settings(deadline=None)  # the segmenter is as slow as the text is long
def test_the_parts_are_those_of_the_segmenter_and_say_the_text(text: str) -> None:
    encoded = encode(text, Encoding.AUTO)
    for way in (LongMessages.UDH, LongMessages.SAR):
        made = pdus(text, replace(SETTINGS, long_messages=way))
        assert tuple(map(read_back, made)) == encoded.parts
        assert all(len(each.body) <= (166 if each.data_coding == 0 else 140) for each in made)
    assert "".join(map(read_back, pdus(text, replace(SETTINGS, long_messages=LongMessages.PAYLOAD)))) == encoded.text


def test_one_part_has_no_header_and_asks_for_a_receipt() -> None:
    (only,) = pdus("Rendez-vous demain à 10h")
    assert only.body == b"Rendez-vous demain \x7f 10h"
    assert (only.esm_class, only.data_coding, only.registered_delivery) == (0, 0, 1)
    assert only.source == Address(5, 0, "ALICE")
    assert only.destination == Address(1, 1, "33639981234")


def test_each_of_several_parts_has_its_header_its_receipt_and_its_reference() -> None:
    first, second = pdus("a" * 161)
    assert (first.body[:3], first.body[4:6], second.body[4:6]) == (b"\x05\x00\x03", b"\x02\x01", b"\x02\x02")
    assert first.body[3] == second.body[3]
    assert [each.registered_delivery for each in (first, second)] == [1, 1]
    assert first.tlvs[Tag.USER_MESSAGE_REFERENCE] != second.tlvs[Tag.USER_MESSAGE_REFERENCE]


def test_what_is_sent_again_is_the_same_octet_for_octet() -> None:
    """A phone that has a part already puts it in its place."""
    assert pdus("a" * 400) == pdus("a" * 400)


def test_a_part_is_known_by_two_octets_that_a_restart_does_not_change() -> None:
    (only,) = pdus("x")
    assert only.tlvs == {Tag.USER_MESSAGE_REFERENCE: echo_of(A_MESSAGE.reference, 1).to_bytes(2, "big")}


def test_where_the_carrier_refuses_it_the_reference_is_left_out() -> None:
    (only,) = pdus("x", replace(SETTINGS, user_message_reference=False))
    assert only.tlvs == {}


def test_sar_says_in_tlvs_what_the_header_says() -> None:
    first, second = pdus("a" * 161, replace(SETTINGS, long_messages=LongMessages.SAR))
    assert (first.esm_class, len(first.body), len(second.body)) == (0, 153, 8)
    assert [each.tlvs[Tag.SAR_NUMBER] for each in (first, second)] == [b"\x01", b"\x02"]
    assert first.tlvs[Tag.SAR_TOTAL] == b"\x02"
    assert first.tlvs[Tag.SAR_REFERENCE] == second.tlvs[Tag.SAR_REFERENCE]


def test_payload_is_one_pdu_whose_text_is_where_it_fits() -> None:
    (short,), (long,) = (pdus("a" * many, replace(SETTINGS, long_messages=LongMessages.PAYLOAD)) for many in (200, 300))
    assert (len(short.body), len(long.body), len(long.tlvs[Tag.MESSAGE_PAYLOAD])) == (200, 0, 300)


@pytest.mark.parametrize(
    ("text", "codings", "expected"),
    [
        ("déjà €", {}, (0, b"d\x05j\x7f \x1be")),
        ("déjà", {"default": Default.LATIN1}, (0, "déjà".encode("latin-1"))),
        ("deja", {"default": Default.ASCII}, (0, b"deja")),
        ("déjà", {"default": Default.ASCII}, (3, "déjà".encode("latin-1"))),
        ("déjà", {"default": Default.ASCII, "latin1": None}, (8, "déjà".encode("utf-16-be"))),
        ("déjà €", {"default": Default.LATIN1}, (8, "déjà €".encode("utf-16-be"))),
        ("déjà €", {"default": Default.LATIN1, "gsm": 0xF1}, (0xF1, b"d\x05j\x7f \x1be")),
        ("中", {"ucs2": 0x18}, (0x18, "中".encode("utf-16-be"))),
    ],
)
def test_the_text_takes_the_first_coding_of_the_carrier_that_holds_it(
    text: str, codings: dict[str, object], expected: tuple[int, bytes]
) -> None:
    (only,) = pdus(text, with_codings(**codings))
    assert (only.data_coding, only.body) == expected


def test_a_text_that_no_coding_of_the_carrier_holds_in_its_parts_cannot_be_written() -> None:
    with pytest.raises(Unwritable):
        pdus("€" * 80, with_codings(default=Default.LATIN1))


@pytest.mark.parametrize(
    ("display", "address"),
    [
        (None, Address(3, 0, "36000")),
        ("ALICE", Address(5, 0, "ALICE")),
        ("3D", Address(5, 0, "3D")),
        ("36000", Address(3, 0, "36000")),
        ("+33639981234", Address(1, 1, "33639981234")),
        ("33639981234", Address(1, 1, "33639981234")),
    ],
)
def test_a_sender_is_an_address_of_its_kind(display: str | None, address: Address) -> None:
    assert source_of(display, SETTINGS.source) == address


@pytest.mark.parametrize(
    ("way", "until", "written"),
    [
        (Validity.ABSOLUTE, datetime(2026, 11, 24, 8, 30, tzinfo=UTC), "261124083000000+"),
        (Validity.ABSOLUTE, datetime(2026, 11, 24, 8, 30, tzinfo=timezone(timedelta(hours=1))), "261124073000000+"),
        (Validity.RELATIVE, MONDAY_MORNING + timedelta(days=2, hours=3, minutes=4, seconds=5), "000002030405000R"),
        (Validity.RELATIVE, MONDAY_MORNING - timedelta(hours=1), "000000000001000R"),
        (Validity.RELATIVE, MONDAY_MORNING + timedelta(days=90), "000031000000000R"),
        (Validity.NONE, datetime(2026, 11, 24, 8, 30, tzinfo=UTC), ""),
        (Validity.ABSOLUTE, None, ""),
    ],
)
def test_the_carrier_is_told_when_to_stop_trying(way: Validity, until: datetime | None, written: str) -> None:
    (only,) = submissions(sms("x")._replace(useless_after=until), replace(SETTINGS, validity=way), MONDAY_MORNING)
    assert only.validity == written


def test_lone_surrogates_that_got_this_far_do_not_stop_a_batch() -> None:
    (only,) = submissions(A_MESSAGE._replace(body="\ud83d", alphabet=Alphabet.UCS2), SETTINGS, MONDAY_MORNING)
    assert only.body == b"\xd8\x3d"
