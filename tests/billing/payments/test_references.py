"""The laws of payment references: ISO 11649, and no slip of a pen goes unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.payments.references import creditor_reference, read_reference, written

NUMBERS = st.integers(0, 2**63 - 1)


def test_the_example_of_the_standard_is_sound() -> None:
    assert read_reference("RF18 5390 0754 7034") == "RF18539007547034"


@given(number=NUMBERS)
def test_a_reference_is_sound_and_fits_on_a_transfer(number: int) -> None:
    reference = creditor_reference(number)
    assert read_reference(reference) == reference
    assert len(reference) <= 25


@given(number=NUMBERS)
def test_a_reference_is_read_as_people_write_it(number: int) -> None:
    reference = creditor_reference(number)
    assert read_reference(f"  {written(reference).lower()} ") == reference


@given(first=NUMBERS, second=NUMBERS)
def test_two_numbers_have_two_references(first: int, second: int) -> None:
    assert (creditor_reference(first) == creditor_reference(second)) is (first == second)


@given(number=NUMBERS, data=st.data())
def test_one_wrong_digit_is_seen(number: int, data: st.DataObject) -> None:
    reference = creditor_reference(number)
    at = data.draw(st.integers(2, len(reference) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != reference[at]))
    if reference[at].isdigit():
        assert read_reference(reference[:at] + wrong + reference[at + 1 :]) is None


@pytest.mark.parametrize("text", ["", "RF", "RF18", "INVOICE 12", "RF185390075470341", "RF18é", "R" * 10_000])
def test_other_text_is_no_reference(text: str) -> None:
    assert read_reference(text) is None
