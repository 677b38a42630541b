"""The laws of warnings: what costs, what tells too much, and what leaves the client in the dark."""

from zoneinfo import ZoneInfo

import pytest

from gateway.accounts.words import Encoding
from gateway.calendar.wording import (
    Caution,
    Cautioned,
    Kind,
    Practice,
    Style,
    cautions,
    parse_template,
    read_texts,
)
from gateway.calendar.wording.cautions import sensitive
from gateway.wording import Language, read_wording

PARIS = ZoneInfo("Europe/Paris")
PRACTICE = Practice("Cabinet Martin", "01 99 00 12 34")
ENOUGH = "{name} {day} {contact}"


def warned(source: str, practice: Practice = PRACTICE, encoding: Encoding = Encoding.AUTO) -> list[Cautioned]:
    return cautions(parse_template(source), practice, Style(Language.FR), encoding)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_the_default_texts_warn_of_nothing(kind: Kind, language: Language) -> None:
    assert cautions(read_texts(language).templates[kind], PRACTICE, Style(language), Encoding.AUTO) == []


def test_characters_that_halve_the_room_are_named() -> None:
    assert warned(ENOUGH + " à bientôt") == [Cautioned(Caution.UNICODE, "ô"), Cautioned(Caution.PARTS, "2")]
    assert warned(ENOUGH + " à bientôt", encoding=Encoding.GSM) == []
    assert warned(ENOUGH, Practice("Kinê", "01")) == [Cautioned(Caution.UNICODE, "ê")]


def test_parts_are_those_of_the_longest_day() -> None:
    assert warned(ENOUGH + "x" * 150) == [Cautioned(Caution.PARTS, "2")]


def test_words_of_health_and_belief_warn_in_the_text_and_in_the_name() -> None:
    assert warned(ENOUGH + " Votre séance de CHIMIOthérapie") == [Cautioned(Caution.SENSITIVE, "chimiotherapie")]
    assert warned(ENOUGH, Practice("Cancérologie Sud", "01")) == [Cautioned(Caution.SENSITIVE, "cancerologie")]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Rappel de votre rendez-vous chez le coiffeur", Language.FR, ()),
        ("psy, PSY et psychologue ; pas psyché", Language.FR, ("psy", "psychologue")),
        ("dépistage VIH", Language.FR, ("depistage", "vih")),
        ("your trade union and your MRI", Language.EN, ("trade union", "mri")),
        ("scandal", Language.EN, ()),
    ],
)
def test_a_sensitive_word_is_found_whole_with_any_case_and_accents(
    text: str, language: Language, words: tuple[str, ...]
) -> None:
    assert sensitive(text, language) == words


@pytest.mark.parametrize("language", Language)
def test_sensitive_words_are_listed_as_they_are_compared(language: Language) -> None:
    words = read_texts(language).sensitive
    assert all(word.islower() and word.isascii() for word in words)
    assert len(set(words)) == len(words)


def test_repeating_the_text_of_events_warns() -> None:
    assert warned(ENOUGH + " {titre} {lieu}") == [Cautioned(Caution.EVENT_TEXT, "location, title")]


@pytest.mark.parametrize(
    ("source", "practice", "caution", "about"),
    [
        ("{day} {contact}", PRACTICE, Caution.NO_NAME, "{nom}"),
        ("{name} {day}", PRACTICE, Caution.NO_CONTACT, "{contact}"),
        ("{name} {day} {contact}", Practice("Cabinet Martin"), Caution.NO_CONTACT, "{contact}"),
        ("{name} {time} {contact}", PRACTICE, Caution.NO_DAY, "{jour}"),
    ],
)
def test_what_a_reminder_leaves_out_warns(source: str, practice: Practice, caution: Caution, about: str) -> None:
    assert warned(source, practice) == [Cautioned(caution, about)]


def test_a_name_in_the_text_itself_is_a_name() -> None:
    assert warned("CABINET martin : {day} {contact}") == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("caution", Caution)
def test_every_warning_has_words_and_says_what_to_do(caution: Caution, language: Language) -> None:
    text = Cautioned(caution, "xyz").words(read_wording(), language)
    assert text.endswith(".")
    assert "{{" not in text
