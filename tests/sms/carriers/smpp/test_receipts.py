"""A receipt is read however its carrier writes it, and what a person wrote in its text is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.receipts import Report, as_answered, is_receipt, normal, read_report
from gateway.sms.carriers.smpp.settings import MessageIds
from gateway.sms.carriers.smpp.words import Tag
from gateway.sms.words import MessageState

FROM, TO = Address(1, 1, "33639981234"), Address(5, 0, "ALICE")


def receipt(text: str, tlvs: dict[int, bytes] | None = None, esm_class: int = 4) -> ShortMessage:
    return ShortMessage(FROM, TO, text.encode("latin-1"), esm_class=esm_class, tlvs=tlvs or {})


def report(text: str, tlvs: dict[int, bytes] | None = None) -> Report:
    return read_report(receipt(text, tlvs), MessageIds.AS_IS)


@pytest.mark.parametrize(
    "text",
    [
        "id:a1 sub:001 dlvrd:001 submit date:2611230000 done date:2611230000 stat:DELIVRD err:000 text:Rendez-vous",
        "id:a1 sub:001 dlvrd:001 submit date:261123000000 done date:261123000001 stat:DELIVRD err:000 Text:",
        "ID:a1 SUB:001 STAT:delivrd ERR:000",
        "stat:DELIVRD err:000 id:a1",
        "err:000 done date:20261123000000 id: a1 stat: DELIVRD",
        "id:a1, stat:DELIVRD, err:000",
        "id:a1 stat:DELIVERED err:000",
        "text:hello id:a1 stat:DELIVRD err:000",
    ],
)
def test_the_text_is_only_an_example_in_the_standard(text: str) -> None:
    found = report(text)
    assert (found.message_id, found.state, found.code[-3:]) == ("a1", MessageState.DELIVERED, "000")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DELIVRD", MessageState.DELIVERED),
        ("EXPIRED", MessageState.EXPIRED),
        ("UNDELIV", MessageState.FAILED),
        ("UNDELIVERABLE", MessageState.FAILED),
        ("DELETED", MessageState.FAILED),
        ("REJECTD", MessageState.FAILED),
        ("UNKNOWN", MessageState.FAILED),
        ("ENROUTE", None),
        ("ACCEPTD", None),
        ("BUFFERED", None),
        ("WHATEVER", None),
        ("", None),
    ],
)
def test_only_final_states_count(word: str, state: MessageState | None) -> None:
    assert report(f"id:1 stat:{word} err:011").state is state


def test_the_code_is_kept_as_the_carrier_wrote_it_and_fits_its_column() -> None:
    assert report("id:1 stat:UNDELIV err:0x0B").code == "UNDELIV 0x0B"
    assert len(report("id:1 stat:UNDELIV err:" + "9" * 60).code) == 20


@pytest.mark.parametrize("named", ["9" * 81, "a\0b", "\x01", "é" * 100])
def test_a_name_that_no_column_holds_is_none_rather_than_cut(named: str) -> None:
    """One such receipt would have every other of its batch delivered again, for ever."""
    assert report(f"id:{named} stat:DELIVRD err:000").message_id == ""
    assert report("", {Tag.RECEIPTED_MESSAGE_ID: named.encode("latin-1")}).message_id == ""


def test_a_code_holds_nothing_that_no_column_does() -> None:
    assert report("id:1 stat:DELIVRD err:0\x000").code == "DELIVRD 00"


def test_a_quoted_text_does_not_say_what_became_of_it() -> None:
    found = report("id:1 stat:UNDELIV err:011 text:id:2 stat:DELIVRD")
    assert (found.message_id, found.state) == ("1", MessageState.FAILED)


@given(
    st.lists(
        st.sampled_from(["a1", "0", "DELIVRD", "", " ", "é", "-", "a:1", "id:2", "err:9", "text:"]),
        min_size=5,
        max_size=5,
    )
)
def test_the_example_of_the_standard_says_what_the_same_fields_say_elsewhere(values: list[str]) -> None:
    """It is read in a way of its own; with a blank before it, it is no such example any more."""
    text = "id:{} sub:{} dlvrd:1 submit date:2611230000 done date:2611230000 stat:{} err:{} text:{}".format(*values)
    assert report(text) == report(f" {text}")


def test_tlvs_are_believed_before_the_text() -> None:
    tlvs: dict[int, bytes] = {
        Tag.RECEIPTED_MESSAGE_ID: b"b2\0",
        Tag.MESSAGE_STATE: b"\x05",
        Tag.NETWORK_ERROR_CODE: b"\x03\x00\x0b",
        Tag.USER_MESSAGE_REFERENCE: b"\x02\x01",
    }
    assert report("id:a1 stat:DELIVRD", tlvs) == Report("b2", MessageState.FAILED, "UNDELIV 3:11", 0x0201)
    assert report("id:a1 stat:DELIVRD err:000", {Tag.MESSAGE_STATE: b"\x63"}).state is None


def test_what_a_receipt_does_not_say_is_empty() -> None:
    assert report("hello") == Report("", None, "", None)


def test_an_intermediate_notification_is_never_final() -> None:
    assert read_report(receipt("id:1 stat:DELIVRD", esm_class=0x20), MessageIds.AS_IS).state is None


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        (receipt("id:1 stat:DELIVRD"), True),
        (receipt("", esm_class=0x20), True),
        (receipt("", {Tag.RECEIPTED_MESSAGE_ID: b"1"}, esm_class=0), True),
        (receipt("id:1 stat:DELIVRD", esm_class=0), False),
        (receipt("ok", esm_class=0x40), False),
    ],
)
def test_what_somebody_sends_is_no_receipt_whatever_it_says(message: ShortMessage, is_one: bool) -> None:
    assert is_receipt(message) is is_one


@pytest.mark.parametrize(
    ("ids", "answered", "receipted"),
    [
        (MessageIds.AS_IS, "0A1f", "0A1f"),
        (MessageIds.DECIMAL_TO_HEX, "A1F", "2591"),
        (MessageIds.DECIMAL_TO_HEX, "00000a1f", "0000002591"),
        (MessageIds.HEX_TO_DECIMAL, "2591", "A1F"),
        (MessageIds.HEX_TO_DECIMAL, "0000002591", "0x0A1F"),
        (MessageIds.STRIP_ZEROS, "42", "0000000042"),
        (MessageIds.STRIP_ZEROS, "0000000042", "42"),
        (MessageIds.STRIP_ZEROS, "000", "0"),
    ],
)
def test_answer_and_receipt_name_the_same(ids: MessageIds, answered: str, receipted: str) -> None:
    assert normal(answered, ids) == as_answered(receipted, ids)


def test_a_name_that_is_no_number_is_left_as_it_is() -> None:
    for ids in MessageIds:
        assert as_answered("z-1", ids) == "z-1"


@given(st.binary(max_size=250), st.dictionaries(st.sampled_from(list(Tag)), st.binary(max_size=9)), st.integers(0, 255))
def test_whatever_comes_is_some_report(body: bytes, tlvs: dict[int, bytes], esm_class: int) -> None:
    for ids in MessageIds:
        found = read_report(ShortMessage(FROM, TO, body, esm_class=esm_class, tlvs=tlvs), ids)
        assert len(found.code) <= 20
