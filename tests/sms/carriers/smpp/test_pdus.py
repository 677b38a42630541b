"""Every PDU body is written and read in one way, another codec agrees, and no octets get past the reader's bounds."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.fields import Malformed
from gateway.sms.carriers.smpp.frames import Frames, frame
from gateway.sms.carriers.smpp.pdus import Address, Answer, Bind, ShortMessage, message_id
from gateway.sms.carriers.smpp.words import Command, Status, Tag
from tests.sms.carriers.smpp import peer_codec

octet = st.integers(0, 255)


def text(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=longest)


addresses = st.builds(Address, octet, octet, text(20))
tlvs = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=4)
binds = st.builds(Bind, text(16), text(9), text(12), octet, addresses)
answers = st.builds(Answer, text(64), tlvs)
short_messages = st.builds(
    ShortMessage,
    source=addresses,
    destination=addresses,
    body=st.binary(max_size=254),
    esm_class=octet,
    data_coding=octet,
    registered_delivery=octet,
    validity=text(16),
    service_type=text(5),
    protocol=octet,
    priority=octet,
    schedule=text(16),
    replace=octet,
    default_message=octet,
    tlvs=tlvs,
)

A_MESSAGE = ShortMessage(Address(5, 0, "ALICE"), Address(1, 1, "33639981234"), b"Rendez-vous \x1be")


@given(binds, answers, short_messages)
def test_what_was_written_is_read_again(bind: Bind, answer: Answer, message: ShortMessage) -> None:
    assert Bind.decode(bind.encode()) == bind
    assert Answer.decode(answer.encode()) == answer
    assert ShortMessage.decode(message.encode()) == message


@given(st.binary(max_size=400), st.data())
@settings(deadline=None)
def test_arbitrary_octets_are_read_or_malformed_and_nothing_else(octets: bytes, data: st.DataObject) -> None:
    """Also those that were a PDU before some of them were changed or cut off."""
    spoilt = bytearray(data.draw(short_messages).encode())
    for place, value in data.draw(st.dictionaries(st.integers(0, len(spoilt) - 1), octet, max_size=4)).items():
        spoilt[place] = value
    cut = bytes(spoilt)[: data.draw(st.integers(0, len(spoilt)))]
    for decode in (Bind.decode, Answer.decode, ShortMessage.decode, ShortMessage.decode_data):
        for each in (octets, cut):
            with contextlib.suppress(Malformed):
                decode(each)


@given(short_messages)
def test_another_codec_reads_the_same(message: ShortMessage) -> None:
    known = message._replace(tlvs={Tag.USER_MESSAGE_REFERENCE: b"\x02\x01"}, validity="", schedule="")
    theirs = peer_codec.read(frame(Command.SUBMIT_SM, 0, 9, known.encode()))
    assert theirs.sequence == 9
    assert (theirs.source_addr_ton, theirs.source_addr_npi) == known.source[:2]
    assert (theirs.dest_addr_ton, theirs.dest_addr_npi) == known.destination[:2]
    assert [theirs.source_addr or b"", theirs.destination_addr or b"", theirs.service_type or b""] == [
        known.source.digits.encode(),
        known.destination.digits.encode(),
        known.service_type.encode(),
    ]
    assert (theirs.esm_class, theirs.data_coding, theirs.registered_delivery) == (
        known.esm_class,
        known.data_coding,
        known.registered_delivery,
    )
    assert (theirs.short_message or b"", theirs.sm_length) == (known.body, len(known.body))
    assert theirs.user_message_reference == 0x0201


def test_what_another_codec_writes_is_read() -> None:
    written = peer_codec.written(
        "deliver_sm",
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr="33639981234",
        destination_addr="36000",
        esm_class=4,
        short_message=b"id:1 stat:DELIVRD",
        receipted_message_id="1",
        message_state=2,
    )
    (each,) = Frames().feed(written)
    message = ShortMessage.decode(each.body)
    assert (each.command, each.sequence) == (Command.DELIVER_SM, 7)
    assert message == ShortMessage(
        Address(1, 1, "33639981234"),
        Address(0, 0, "36000"),
        b"id:1 stat:DELIVRD",
        esm_class=4,
        tlvs={Tag.RECEIPTED_MESSAGE_ID: b"1\0", Tag.MESSAGE_STATE: b"\x02"},
    )


def test_a_data_sm_of_another_codec_is_read() -> None:
    written = peer_codec.written(
        "data_sm",
        service_type="WAP",
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr="33639981234",
        dest_addr_ton=3,
        destination_addr="36000",
        esm_class=4,
        registered_delivery=1,
        data_coding=8,
        message_payload=b"long",
    )
    (each,) = Frames().feed(written)
    assert each.command == Command.DATA_SM
    assert ShortMessage.decode_data(each.body) == ShortMessage(
        Address(1, 1, "33639981234"),
        Address(3, 0, "36000"),
        esm_class=4,
        data_coding=8,
        registered_delivery=1,
        service_type="WAP",
        tlvs={Tag.MESSAGE_PAYLOAD: b"long"},
    )


@pytest.mark.parametrize(
    "message",
    [
        A_MESSAGE._replace(destination=Address(1, 1, "3" * 21)),
        A_MESSAGE._replace(source=Address(5, 0, "AL\0CE")),
        A_MESSAGE._replace(service_type="TOOLONG"),
        A_MESSAGE._replace(body=b"a" * 255),
    ],
)
def test_what_a_field_cannot_hold_is_refused_before_it_is_sent(message: ShortMessage) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for nobody
        message.encode()


def test_of_a_tlv_that_comes_twice_the_first_counts() -> None:
    doubled = Answer("1", {Tag.MESSAGE_STATE: b"\x02"}).encode() + b"\x04\x27\x00\x01\x05"
    assert Answer.decode(doubled).tlvs == {Tag.MESSAGE_STATE: b"\x02"}


def test_what_is_malformed_says_how_to_answer_it() -> None:
    whole = A_MESSAGE.encode()
    with pytest.raises(Malformed) as short:
        ShortMessage.decode(whole[:-1])
    with pytest.raises(Malformed) as spoilt:
        ShortMessage.decode(whole + b"\x04\x24\x00\x09short")
    assert (short.value.status, spoilt.value.status) == (Status.INVALID_MESSAGE_LENGTH, Status.INVALID_OPTIONAL_PART)


def test_an_answer_may_leave_its_body_out() -> None:
    assert Answer.decode(b"") == Answer()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"a1\0", "a1"),
        (b"a1\0\x04\x27\x00", "a1"),
        (b"", ""),
        (b"\0", ""),
        (b"unterminated", ""),
        (b"x" * 90 + b"\0", ""),
    ],
)
def test_a_message_id_is_read_whatever_else_is_wrong_with_its_answer(body: bytes, named: str) -> None:
    assert message_id(body) == named


def test_content_is_what_either_field_holds() -> None:
    long = A_MESSAGE._replace(body=b"", tlvs={Tag.MESSAGE_PAYLOAD: b"long"})
    assert (A_MESSAGE.content, long.content) == (b"Rendez-vous \x1be", b"long")
