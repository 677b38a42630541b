"""The laws of extraction on any text at all: never a number out of nowhere, never more work than the bound."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.extract import Ambiguous, EventText, Field, Found, Nothing, Outcome, WhyNothing, extract
from gateway.calendar.extract.normalising import MAX_LENGTH
from tests.calendar.extract.reading import ANNE, FRANCE, found, read

WORDS = ("06 39 98 12 34", "+33639985678", "01 99 00 11 22", "+1 202 555 0123", "sms:", "Commande ", "appelez le ")
SIGNS = (
    "#",
    "\n",
    "<p>",
    "</p>",
    "&nbsp;",
    "https://",
    "zoom.us",
    ",,",
    " ",
    "/",
    "-",
    "5",
    "O6",
    "(0)",
    "\u202f",
    "6",
    "a@b.fr",
)
PIECES = st.sampled_from(WORDS + SIGNS)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60)
EVENTS = st.builds(EventText, TEXTS | st.none(), TEXTS | st.none(), TEXTS | st.none())


def told(outcome: Outcome) -> set[str]:
    """Every number that an outcome holds."""
    numbers = {number for remark in outcome.explained for number in remark.numbers}
    if isinstance(outcome, Found):
        numbers.add(outcome.number.e164)
    if isinstance(outcome, Ambiguous):
        numbers.update(each.e164 for each in outcome.candidates)
    return numbers


@given(EVENTS)
def test_no_number_is_told_whose_digits_the_event_does_not_hold(event: EventText) -> None:
    digits = [
        "".join(str(int(sign)) for sign in text or "" if sign.isdecimal())
        for text in (event.title, event.location, event.description)
    ]
    for number in told(extract(event, FRANCE)):
        assert any(number[-8:] in each for each in digits)


@given(EVENTS, st.sampled_from(["#nosms", "#SKIP"]), st.sampled_from(["title", "location", "description"]))
def test_a_tag_against_sms_always_wins(event: EventText, tag: str, field: str) -> None:
    texts = {each: getattr(event, each) or "" for each in ("title", "location", "description")}
    tagged = EventText(**{**texts, field: f"{texts[field]}\n {tag} "})
    assert extract(tagged, FRANCE) == Nothing(WhyNothing.TOLD_NOT_TO)


@given(EVENTS)
def test_what_is_found_is_explained(event: EventText) -> None:
    outcome = extract(event, FRANCE)
    if isinstance(outcome, Found):
        assert any(outcome.number.e164 in each.numbers for each in outcome.explained if each.field is outcome.field)
    if isinstance(outcome, Ambiguous):
        assert {each.e164 for each in outcome.candidates} <= told(outcome)


@given(TEXTS, st.sampled_from(list(permutations(Field))))
def test_one_field_alone_is_read_the_same_in_any_order(text: str, order: tuple[Field, ...]) -> None:
    assert read("", "", text) == read("", "", text, field_order=order)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "6",
            "06 ",
            "0639981234 ",
            "<p>",
            "<",
            "<!--",
            "&",
            "&nbsp;",
            " ",
            "\n",
            "+1 ",
            "a.",
            "a@",
            "(0)",
            "_",
            "sms:1",
        ),
        *("zoom.us +1 202 555 0123\n", "FR76 3000 ", "1 85 06 39 ", "réf ", "06/", "\u202f0"),
    ],
)
def test_a_megabyte_is_answered_by_its_beginning(piece: str) -> None:
    flood = piece * (1_000_000 // len(piece))
    assert extract(EventText(None, None, flood), FRANCE) == extract(
        EventText(None, None, flood[: MAX_LENGTH + 1]), FRANCE
    )


def test_a_number_before_a_flood_is_found_and_one_after_it_is_not_read() -> None:
    flood = "mot " * MAX_LENGTH
    assert found(read("", "", f"06 39 98 12 34 {flood}")) == ANNE
    assert found(read("", "", f"{flood} 06 39 98 12 34")) is None


def test_a_tag_against_sms_wins_behind_a_flood_too() -> None:
    assert read("0639981234", "", "mot " * MAX_LENGTH + "#nosms") == Nothing(WhyNothing.TOLD_NOT_TO)
