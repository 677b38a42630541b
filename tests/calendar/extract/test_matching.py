"""The laws of matching: where a number begins and ends, and in which country it is read."""

from itertools import pairwise

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.extract import usual_extra_regions
from gateway.calendar.extract.matching import Sighting, sightings
from gateway.sms.numbers import Number

FRANCE = ("FR", *usual_extra_regions("FR"))


def seen(text: str, *regions: str) -> list[Sighting]:
    return sightings(text, regions or FRANCE, sandbox=True)


def numbers(text: str, *regions: str) -> list[str]:
    return [each.e164 for each in seen(text, *regions)]


@pytest.mark.parametrize(
    "written",
    [
        "0639981234",
        "06 39 98 12 34",
        "06.39.98.12.34",
        "06-39-98-12-34",
        "06. 39. 98. 12. 34",
        "06 - 39 - 98 - 12 - 34",
        "0 6 3 9 9 8 1 2 3 4",
        "0639 98 12 34",
        "06 399 812 34",
        "(06) 39 98 12 34",
        "06.39 98.12 34",
        "+33 6 39 98 12 34",
        "+33639981234",
        "+33 06 39 98 12 34",
        "(+33) 6 39 98 12 34",
        "0033 6 39 98 12 34",
        "00 33 6 39 98 12 34",
        "33 6 39 98 12 34",
        "33639981234",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "Dupont {}", "tel:{}", "({})", "{}, barbe", "75011 {}", "14h30 {} 45 min", "{} 2 enfants"]
)
def test_a_number_is_found_however_it_is_typed(written: str, around: str) -> None:
    assert numbers(around.format(written)) == ["+33639981234"]


@pytest.mark.parametrize(
    "text",
    [
        "06 39 98 12",
        "06 39 98 12 3",
        "06 39 98 12 345",
        "06399812345",
        "639981234",
        "6 399 812 34",
        "06 39 98 12\n34",
        "+33 6 39 98 12",
        "06  39    98 12 34",
        "1 06 2",
    ],
)
def test_what_has_a_digit_too_few_or_too_many_is_none(text: str) -> None:
    assert numbers(text) == []


def test_a_zero_that_a_spreadsheet_swallowed_is_put_back_in_pairs_and_behind_a_word_for_phone() -> None:
    assert numbers("Dupont 6 39 98 12 34") == ["+33639981234"]
    assert numbers("75011 6 39 98 12 34") == []
    assert numbers("Tel: 639981234") == ["+33639981234"]
    assert numbers("Tel: 199001122") == []
    assert numbers("Tel: 899981234") == []


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("0470 12 34 56", "BE", "+32470123456"),
        ("0470/12.34.56", "BE", "+32470123456"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("621 123 456", "LU", "+352621123456"),
        ("333 123 4567", "IT", "+393331234567"),
        ("612 345 678", "ES", "+34612345678"),
        ("07400 123456", "GB", "+447400123456"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("06 12 34 56 78", "MA", "+212612345678"),
        ("0551 23 45 67", "DZ", "+213551234567"),
        ("0170/1234567", "DE", "+491701234567"),
    ],
)
def test_national_forms_are_read_in_the_accounts_region(text: str, region: str, e164: str) -> None:
    assert numbers(text, region) == [e164]


def test_extra_regions_are_tried_where_the_first_has_no_such_number() -> None:
    assert numbers("0692 12 34 56") == ["+262692123456"]
    assert numbers("0692 12 34 56", "FR") == []
    assert numbers("0551 23 45 67", "ZZ", "DZ") == ["+213551234567"]


def test_numbers_beside_one_another_are_told_apart() -> None:
    assert numbers("06 39 98 12 34 06 39 98 56 78") == ["+33639981234", "+33639985678"]
    assert numbers("0639981234/0639985678") == ["+33639981234", "+33639985678"]
    assert numbers("01 99 00 11 22 06 39 98 12 34") == ["+33199001122", "+33639981234"]


def test_a_mobile_takes_its_digits_back_from_what_looked_like_another_line() -> None:
    assert numbers("08.30-10 15 06 39 98 12 34") == ["+33639981234"]
    assert numbers("01 99 06 11 22 33 44") == ["+33199061122"]
    assert numbers("01.99 04 65 71 22 33") == ["+33199046571"]


def test_numbers_around_a_look_alike_are_found() -> None:
    assert numbers("0639981234 06/12/2026 0639985678") == ["+33639981234", "+33639985678"]


def test_a_country_code_that_no_country_has_is_none() -> None:
    assert numbers("+999 123 456 78") == []


def test_nothing_is_read_of_a_field_full_of_numbers_after_its_first_groups() -> None:
    assert numbers("1 " * 1_000 + "0639981234") == []


@pytest.mark.parametrize("text", ["06 39 98 12 34 5", "06 39 98 12 34 56", "06 39 98 12 34/35", "10 00 06 39 98 12 34"])
def test_pairs_that_go_on_beside_a_number_make_it_crowded(text: str) -> None:
    assert [each.crowded for each in seen(text)] == [True]


def test_digits_that_may_begin_one_number_or_another_make_it_crowded() -> None:
    assert [each.crowded for each in seen("2026 202 555 0123", "US")] == [True]
    assert [each.crowded for each in seen("202 555 0123 45 €", "US")] == [False]
    assert [each.crowded for each in seen("12/31/2026 202 555 0123", "US")] == [False]


@pytest.mark.parametrize(
    "text", ["06 39 98 12 34", "0639981234 5", "06 39 98 12 34 5 €", "06 39 98 12 34 14:30", "06.39.98.12.34 5"]
)
def test_counts_and_prices_beside_a_number_do_not(text: str) -> None:
    assert [each.crowded for each in seen(text)] == [False]


def test_digits_tied_to_a_number_are_told() -> None:
    (tied,) = seen("x 2026-063998-1234")
    assert (tied.start, tied.tied_from) == (7, 2)
    (free,) = seen("12-06 39 98 12 34")
    assert not free.is_tied


@given(
    st.integers(10**8, 10**9 - 1).map(lambda number: f"0{number}"),
    st.sampled_from(["FR", "RE", "BE", "CH", "GB", "MA", "DZ", "DE"]),
)
def test_the_plain_way_of_reading_is_that_of_libphonenumber(digits: str, region: str) -> None:
    theirs = phonenumbers.parse(digits, region)
    expected = [phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164)]
    valid = phonenumbers.is_valid_number(theirs)
    assert [each.e164 for each in sightings(digits, (region,), sandbox=False)] == (expected if valid else [])


@given(st.text(st.sampled_from("0123456789 +()/-.,a\n"), max_size=80))
def test_a_number_is_never_found_that_the_text_does_not_hold(text: str) -> None:
    digits = "".join(sign for sign in text if sign.isdigit())
    for each in seen(text):
        written = "".join(sign for sign in text[each.start : each.end] if sign.isdigit())
        assert each.e164[3:] in digits
        assert written.endswith(each.e164[-8:])


@given(st.text(st.sampled_from("0123456789 +()/-.,a\n"), max_size=80))
def test_numbers_come_in_order_and_share_no_digits(text: str) -> None:
    found = seen(text)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_what_can_take_no_sms_is_told_with_its_reason() -> None:
    (landline,) = seen("01 99 00 11 22")
    assert not isinstance(landline.judged, Number)
    assert not landline.plainly_mobile
    assert seen("06 39 98 12 34")[0].plainly_mobile
    assert not seen("+1 202 555 0123")[0].plainly_mobile
