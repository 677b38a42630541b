"""Names and numbers as providers write them."""

import pytest

from gateway.sms.carriers.names import code, digits, e164, name, reference


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("33639981234", "+33639981234"),
        ("+33639981234", "+33639981234"),
        ("0033639981234", "+33639981234"),
        (" 33639981234 ", "+33639981234"),
        (41781234567, "+41781234567"),
        ("0639981234", None),
        ("36111", None),
        ("ALICE", None),
        ("٣٣٦٣٩٩٨١٢٣٤", None),
        (None, None),
        ("", None),
    ],
)
def test_a_number_is_read_however_it_is_written(written: object, ours: str | None) -> None:
    assert e164(written) == ours


@pytest.mark.parametrize(
    ("value", "read"),
    [("SM1", "SM1"), (7, "7"), ("", None), (True, None), (None, None), (["a"], None), ("x" * 81, None), ("a\0b", None)],
)
def test_a_name_is_taken_whole_or_not_at_all(value: object, read: str | None) -> None:
    assert name(value) == read


def test_our_own_name_has_a_shorter_column() -> None:
    assert (reference("x" * 40), reference("x" * 41)) == ("x" * 40, None)


def test_a_code_is_made_of_what_is_there() -> None:
    assert code("failed", None, "", 30003) == "failed 30003"
    assert code("a\0b", "x" * 30) == "ab " + "x" * 17


def test_most_providers_want_no_plus() -> None:
    assert digits("+33639981234") == "33639981234"
