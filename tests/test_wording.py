"""The words that people read are complete in both languages."""

import re

import pytest

from gateway.settings import config_file
from gateway.wording import Language, Wording, WordingError, read_wording
from plans.words import Reason

ENGLISH, FRENCH = (config_file(f"wording.{language}.toml").read_text(encoding="utf-8") for language in ("en", "fr"))
BRACES = re.compile(r"\{(\w+)")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_text_and_a_cure_in_both_languages(reason: Reason, language: Language) -> None:
    words = read_wording().reason(reason, language)
    assert words.text.endswith(".")
    assert words.cure.endswith(".")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_an_smtp_line_is_short_ascii_with_the_cure_at_its_end(reason: Reason, language: Language) -> None:
    line = read_wording().smtp_line(reason, language)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= 400
    words = read_wording().reason(reason, language)
    assert len(line) >= len(f"{words.text} {words.cure}")  # letters lose their accents, and none is lost


def test_an_smtp_line_has_the_letters_of_its_language_without_their_accents() -> None:
    line = read_wording().smtp_line(Reason.OPTED_OUT, Language.FR)
    assert line.startswith("Le titulaire de ce numero ne veut plus recevoir de messages (STOP).")


def test_both_languages_fill_in_the_same_values() -> None:
    phrases = read_wording()._phrases
    for language, key in phrases:
        assert set(BRACES.findall(phrases[language, key])) == set(BRACES.findall(phrases[Language.EN, key])), key


def test_a_phrase_is_filled_in() -> None:
    assert read_wording().phrase("unit_many", Language.FR, count=3) == "3 unités"


def test_a_reason_without_words_is_named() -> None:
    without = ENGLISH.replace("[reason.cancelled]", "[reason.lost]")
    with pytest.raises(WordingError, match=r"wording.en.toml lacks 'cancelled'"):
        Wording.from_texts({Language.EN: without, Language.FR: FRENCH})


def test_a_phrase_that_one_language_lacks_is_named() -> None:
    with pytest.raises(WordingError, match=r"\[phrase\] farewell"):
        Wording.from_texts({Language.EN: ENGLISH + '\nfarewell = "Bye"\n', Language.FR: FRENCH})
