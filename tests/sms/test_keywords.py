"""One word is understood however it is written; a sentence is left to a person."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.keywords import keywords_from, meaning_of, read_keywords, words_of
from gateway.sms.words import Meaning
from plans.checked import RuleError

KEYWORDS = read_keywords()


def meant(text: str, destination: str = "FR", *, to_reminder: bool = False) -> Meaning:
    return meaning_of(text, destination, KEYWORDS, to_reminder=to_reminder)


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", " Stop. ", "STOP!!!", "« STOP »", "'stop'", "\ufeffSTOP\n"),
        *("ARRET", "Arrêt", "arrêt", "ARRE\u0302T", "STOPSMS", "Stop SMS", "stop-sms", "Stop stop STOP"),
        *("STOP SVP", "stop svp merci", "Bonjour, stop", "STOP s'il vous plaît", "stop 36111", "STOP au 36111"),
        *("Unsubscribe", "désabonner", "Me désinscrire", "please stop"),
        *("S.T.O.P.", "s t o p", "Arrêtez\u202f!", "Stop les SMS !", "Plus de SMS", "Stop messages", "REVOKE"),
        *("\U0001d412\U0001d413\U0001d40e\U0001d40f", "\uff33\uff34\uff2f\uff30"),
    ],
)
def test_stop_is_understood_however_it_is_written(text: str) -> None:
    assert meant(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        *("arrêt de bus à 8h", "stop c'est trop tard", "STOP demain ou STOP jeudi ?", "non stop", "36111", "stop 3611"),
        *("", " ", "...", "svp", "merci", "Bonjour", "OUI 36111", "stopp" * 40, "je m'arrête", "don't stop"),
    ],
)
def test_what_says_more_or_less_is_a_message(text: str) -> None:
    assert meant(text) is Meaning.TEXT


@pytest.mark.parametrize(
    "text", ["OUI", "oui", "Ok", "1", "C", "confirmé", "d'accord", "Yes please", "👍🏽", "1️⃣", "✅"]
)
def test_a_reminder_is_confirmed_by_a_word(text: str) -> None:
    assert meant(text, to_reminder=True) is Meaning.CONFIRM
    assert meant(text) is Meaning.TEXT


@pytest.mark.parametrize("text", ["NON", "Non merci", "annuler", "ANNULÉ", "9", "N", "Cancel", "no", "👎"])
def test_a_reminder_is_cancelled_by_a_word(text: str) -> None:
    assert meant(text, to_reminder=True) is Meaning.CANCEL
    assert meant(text) is Meaning.TEXT


@pytest.mark.parametrize("text", ["oui mais à 15h", "ok pour 16h ?", "non, jeudi plutôt", "1 2", "peut-être"])
def test_an_answer_with_a_but_is_read_by_a_person(text: str) -> None:
    assert meant(text, to_reminder=True) is Meaning.TEXT


def test_oui_does_not_undo_a_stop() -> None:
    assert (meant("START"), meant("Reprendre."), meant("OUI")) == (Meaning.START, Meaning.START, Meaning.TEXT)
    assert (meant("aide"), meant("INFO"), meant("Help!")) == (Meaning.HELP,) * 3


def test_each_country_has_its_languages_and_an_unknown_one_has_all() -> None:
    assert [meant("arret", country) for country in ("FR", "GB", "BE")] == [Meaning.STOP, Meaning.TEXT, Meaning.STOP]


@given(st.text(max_size=400))
def test_any_text_means_something(text: str) -> None:
    assert meant(text, to_reminder=True) in Meaning
    assert all(re.search(r"\s", word) is None for word in words_of(text))


@given(st.sampled_from(["STOP", "ARRÊT", "Désabonner"]), st.text("!.,;:?\"'«»() \t\n\u00a0\u202f", max_size=20))
def test_punctuation_around_a_word_changes_nothing(word: str, around: str) -> None:
    assert meant(f"{around}{word}{around}") is Meaning.STOP


def written(**changes: Any) -> dict[str, Any]:
    kinds: dict[str, list[str]] = {each: [each] for each in ("stop", "start", "help", "confirm", "cancel")}
    language = {**kinds, "courtesies": ["please"]}
    return {"destinations": {"FR": ["fr"]}, "fr": language, "en": {**language, **changes}}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (written(stop=["stop", "STOP!"]), "en.stop: 'stop' says nothing, or is said twice"),
        (written(help=["..."]), "en.help: '' says nothing"),
        (written(hello=["hi"]), "en.hello is unknown"),
        ({**written(), "destinations": {"DE": ["de"]}}, "destinations.DE names a language"),
        ({"destinations": {}, "fr": written()["fr"]}, "en is missing"),
    ],
)
def test_words_that_cannot_be_are_refused(document: dict[str, Any], fault: str) -> None:
    with pytest.raises(RuleError, match=re.escape(fault)):
        keywords_from(document)
