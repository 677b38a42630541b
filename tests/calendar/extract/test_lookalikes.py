"""The laws of look-alikes that are told by their own form."""

import re

import pytest

from gateway.calendar.extract.lookalikes import end_of_look_alike, is_in_link_or_address


@pytest.mark.parametrize(
    "digits",
    [
        "1 85 06 39 588 157 80",
        "285062B588157",
        "06/12/2026",
        "6.12.2026",
        "06 12 2026",
        "2026-12-06",
        "06/12/26",
        "12/31/2026",
        "12/31/26",
        "06.12.26 14.30",
        "09.30 - 10.15",
        "48.8566123, 2.3522219",
    ],
)
def test_they_are_passed_over_as_far_as_they_go(digits: str) -> None:
    assert end_of_look_alike(f"a {digits} b", 2) == 2 + len(digits)


@pytest.mark.parametrize(
    "lettered",
    ["FR76 3000 6000 0112 3456 7890 189", "DE89370400440532013000", "BE68 5390 0754 7034", "31U DQ 48251 11932"],
)
def test_those_that_begin_with_letters_are_passed_over_from_their_digits_on(lettered: str) -> None:
    text = f"a {lettered} 06 39 98 12 34"
    digits = re.search(r"\d{2,}(?= |\d)", text.replace("31U DQ", "xxx xx"))
    assert digits
    assert end_of_look_alike(text, digits.start()) == 2 + len(lettered)


@pytest.mark.parametrize(
    "text",
    [
        "06 39 98 12 34",
        "06.39.98.12.34/Dupont",
        "0470/12.34.56",
        "2 06 39 98 12 34",
        "75011 0639981234",
        "06-12-34-56-78",
        "06.12.34.56.78",
        "06 12 34 56 78 06 12 34 56 78",
    ],
)
def test_numbers_to_call_are_not_passed_over(text: str) -> None:
    assert end_of_look_alike(text, 0) == 0


def test_capitals_before_a_number_make_it_no_account() -> None:
    assert end_of_look_alike("TEL 06 39 98 12 34", 4) == 4
    assert end_of_look_alike("FR06 39 98 12 34", 2) == 2


@pytest.mark.parametrize(
    "text",
    [
        "https://exemple.fr/{}",
        "voir exemple.fr/d?n={}&x=1",
        "www.{}.fr",
        "jean.{}@exemple.fr",
        "jean@{}.exemple.fr",
        f"https://exemple.fr/{'a' * 200}{{}}",
        f"https://exemple.fr/{'a' * 2_000}{{}}",
    ],
)
def test_digits_of_links_and_addresses_are_told(text: str) -> None:
    start = text.index("{")
    assert is_in_link_or_address(text.format("0639981234"), start, start + 10)


@pytest.mark.parametrize(
    "text", ["tel:{}", "https://exemple.fr/a {}", "jean@exemple.fr|{}", "exemple.fr\n{}", "M.Durand/{}", "{} a@b"]
)
def test_digits_beside_links_and_addresses_are_free(text: str) -> None:
    start = text.index("{")
    assert not is_in_link_or_address(text.format("0639981234"), start, start + 10)
