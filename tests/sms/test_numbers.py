"""The laws of numbers: every way to write one, what kind of line it is, and where it belongs."""

import timeit

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms import numbers
from gateway.sms.numbers import MAX_LENGTH, Line, Number, NumberProblem, parse
from plans.words import Reason

MOBILE = Number("+33612345678", "FR", Line.MOBILE)


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "+33612345678",
        "33612345678",
        "0033612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "+33(0)612345678",
        "0033 (0) 6 12 34 56 78",
    ],
)
def test_a_number_is_the_same_however_it_is_written(text: str) -> None:
    assert parse(text, "FR") == MOBILE


@pytest.mark.parametrize(
    ("text", "e164", "destination"),
    [
        ("0692 12 34 56", "+262692123456", "RE"),
        ("0639 01 23 45", "+262639012345", "YT"),
        ("0690 12 34 56", "+590690123456", "GP"),
        ("0696 12 34 56", "+596696123456", "MQ"),
        ("0694 12 34 56", "+594694123456", "GF"),
        ("+687 75 12 34", "+687751234", "NC"),
        ("+689 87 12 34 56", "+68987123456", "PF"),
    ],
)
def test_a_french_client_writes_overseas_numbers_in_national_form(text: str, e164: str, destination: str) -> None:
    """One calling code may serve two territories: +262 is Réunion or Mayotte by the number."""
    assert parse(text, "FR") == Number(e164, destination, Line.MOBILE)


def test_a_client_overseas_writes_mainland_numbers_in_national_form() -> None:
    assert parse("0612345678", "RE") == MOBILE
    assert parse("0692123456", "RE") == Number("+262692123456", "RE", Line.MOBILE)


def test_a_national_form_is_read_in_the_clients_country() -> None:
    assert parse("07400 123456", "GB") == Number("+447400123456", "GB", Line.MOBILE)
    assert parse("0470 12 34 56", "BE") == Number("+32470123456", "BE", Line.MOBILE)
    assert parse("0612345678", "GB") == NumberProblem(Reason.NUMBER_INVALID)


def test_an_international_form_needs_no_plus_anywhere() -> None:
    assert parse("33612345678", "US") == MOBILE


def test_where_the_number_does_not_tell_a_mobile_it_passes() -> None:
    assert parse("+1 202 555 0123", "FR") == Number("+12025550123", "US", Line.FIXED_OR_MOBILE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("01 12 34 56 78", Reason.NUMBER_LANDLINE),
        ("0262 12 34 56", Reason.NUMBER_LANDLINE),
        ("+44 20 7946 0958", Reason.NUMBER_LANDLINE),
        ("0899 12 34 56", Reason.NUMBER_NOT_MOBILE),  # premium rate
        ("0800 12 34 56", Reason.NUMBER_NOT_MOBILE),  # freephone
        ("+870 773 111 632", Reason.NUMBER_NOT_MOBILE),  # satellite: belongs to no country
        ("06 12 34 56", Reason.NUMBER_INVALID),
        ("+33 6 12 34 56 78 90", Reason.NUMBER_INVALID),
        ("+999 12345678", Reason.NUMBER_INVALID),
        ("3615", Reason.NUMBER_INVALID),
    ],
)
def test_what_takes_no_sms_is_refused_with_the_reason(text: str, reason: Reason) -> None:
    assert parse(text, "FR") == NumberProblem(reason)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",  # Arabic-Indic digits
        "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",  # full-width digits
        "06 12 34 56 7²",
        "0612345678x1",
        "tel:0612345678",
        "06\n12345678",
        "06  12345678",
        " 0612345678",
        "0612345678-",
        "06(0)12345678",
        "++33612345678",
        "0612345678;0612345679",
        "0" * (MAX_LENGTH + 1),
    ],
)
def test_what_is_not_digits_and_single_separators_is_no_number(text: str) -> None:
    """Whoever reads the number must see the number that is called: only ASCII digits count."""
    assert parse(text, "FR") == NumberProblem(Reason.NUMBER_INVALID)


def test_what_is_too_long_is_not_kept() -> None:
    """A remembered megabyte for each of thousands of texts would fill the memory."""
    kept = numbers._parse.cache_info().currsize
    assert parse("0" * 1_000_000, "FR") == NumberProblem(Reason.NUMBER_INVALID)
    assert numbers._parse.cache_info().currsize == kept


def test_an_unknown_country_still_reads_international_numbers() -> None:
    assert parse("+33612345678", "ZZ") == MOBILE
    assert parse("0612345678", "ZZ") == NumberProblem(Reason.NUMBER_INVALID)


@pytest.mark.parametrize("text", ["0639981234", "+33639981234", "33 6 39 98 12 34"])
def test_fictional_numbers_are_mobile_in_the_sandbox_alone(text: str) -> None:
    """06 39 98 xx xx is reserved for fiction by the French regulator and rings nobody."""
    assert parse(text, "FR", sandbox=True) == Number("+33639981234", "FR", Line.SANDBOX)
    assert parse(text, "FR") == NumberProblem(Reason.NUMBER_INVALID)


def test_a_fictional_number_has_all_its_digits() -> None:
    assert parse("063998123", "FR", sandbox=True) == NumberProblem(Reason.NUMBER_INVALID)
    assert parse("06399812345", "FR", sandbox=True) == NumberProblem(Reason.NUMBER_INVALID)


@given(text=st.text("+0123456789 .-()", max_size=40), country=st.sampled_from(["FR", "RE", "GB", "US", "DE", "ZZ"]))
def test_whatever_is_written_is_a_valid_number_or_a_reason(text: str, country: str) -> None:
    found = parse(text, country)
    if isinstance(found, Number):
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
        assert parse(found.e164, country) == found


def test_a_number_seen_before_costs_next_to_nothing() -> None:
    """A campaign to 100,000 is read at the door and again in the core."""
    again = min(timeit.repeat(lambda: parse("0612345678", "FR"), number=100, repeat=20))
    parsing = min(timeit.repeat(lambda: phonenumbers.parse("0612345678", "FR"), number=100, repeat=20))
    assert again * 5 < parsing
