"""The words of refusals are complete in both languages."""

import re

import pytest

from gateway.settings import read_config
from plans.refusals import Refusal, Refused

BRACES = re.compile(r"\{(\w+)\}")
FACTS = {
    Refusal.CALENDAR_LIMIT: {"tier", "limit", "next_tier", "next_limit"},
    Refusal.NO_PLAN: {"limit"},
    Refusal.AGREEMENT_INCOMPLETE: {"lacking"},
}


def words(language: str) -> dict[str, dict[str, str]]:
    return {
        name: dict(entry) for name, entry in read_config(f"refusals.{language}.toml").items() if isinstance(entry, dict)
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_has_a_text_and_a_cure(language: str) -> None:
    assert set(words(language)) == {str(refusal) for refusal in Refusal}
    assert all(entry["text"].endswith(".") and entry["cure"].endswith(".") for entry in words(language).values())


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("refusal", Refusal)
def test_the_words_name_the_facts_of_the_refusal(refusal: Refusal, language: str) -> None:
    entry = words(language)[refusal]
    assert set(BRACES.findall(entry["text"] + entry["cure"])) == FACTS.get(refusal, set())
    assert ("text_one" in entry) == ("limit" in FACTS.get(refusal, set())), "what counts tells one from several"
    assert set(BRACES.findall(entry.get("text_one", entry["text"]))) == set(BRACES.findall(entry["text"]))


def test_a_refusal_fills_in_its_words() -> None:
    refused = Refused(
        Refusal.CALENDAR_LIMIT, {"tier": "BUSINESS", "limit": 5, "next_tier": "ENTERPRISE", "next_limit": 50}
    )
    entry = words("en")[refused.why]
    assert (entry["text"] + " " + entry["cure"]).format(**refused.facts) == (
        "BUSINESS covers 5 calendars at most. Change to ENTERPRISE, which covers up to 50."
    )
