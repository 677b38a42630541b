"""Of an answer to a mail of ours, what it repeats of that mail goes, however it is quoted; nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.answer_letters import endings
from gateway.smtp.quotations import OurMail, without_quotation
from tests.cast import DELIVERS

ADDRESS = "re-abcdefghijklmnop"
OURS = OurMail(ADDRESS, DELIVERS, ["OK", "J'arrive dans 10 minutes"], endings(DELIVERS))
OCCASION = f"{DELIVERS}, en réponse à votre SMS du 23/11/2026 : RDV demain"
LETTER = f"J'arrive dans 10 minutes\n\n{OCCASION}\n\n{endings(DELIVERS)[-1]}"
QUOTED = "\n".join(f"> {line}".rstrip() for line in LETTER.split("\n"))
GMAIL = f"Le lun. 23 nov. 2026 à 10:00, {DELIVERS} <{ADDRESS}@sms.test> a écrit :"
OUTLOOK = f"De : {DELIVERS} <{ADDRESS}@sms.test>\nEnvoyé : lundi 23 novembre 2026 10:00\nÀ : staff\nObjet : RE: RDV"

REPEATING = {
    "gmail": f"Très bien.\n\n{GMAIL}\n{QUOTED}",
    "gmail, attribution in two lines": f"Très bien.\n\n{GMAIL.replace(' <', chr(10) + '<')}\n\n{QUOTED}",
    "apple": f"Très bien.\n\nOn 23 Nov 2026, at 10:00, {DELIVERS} <{ADDRESS}@sms.test> wrote:\n\n{QUOTED}",
    "thunderbird, which names no address": f"Très bien.\n\nLe 23/11/2026 à 10:00, {DELIVERS} a écrit :\n{QUOTED}",
    "outlook": f"Très bien.\n\n________________________________\n{OUTLOOK}\n\n{LETTER}",
    "outlook of old": f"Très bien.\n\n-----Message d'origine-----\n{OUTLOOK}\n\n{LETTER}",
    "not marked as quoted": f"Très bien.\n\n{GMAIL}\n\n{LETTER}",
    "below": f"{GMAIL}\n{QUOTED}\n\nTrès bien.",
    "below, not marked as quoted": f"{OUTLOOK}\n\n{LETTER}\n\nTrès bien.",
    "without an attribution": f"{QUOTED}\n\nTrès bien.",
    "lines broken anew": f"Très bien.\n\n{GMAIL}\n" + QUOTED.replace("votre SMS", "votre\n> SMS"),
    "address in capitals": f"Très bien.\n\n{GMAIL.replace(ADDRESS, ADDRESS.upper())}\n{QUOTED}",
}


@pytest.mark.parametrize("text", REPEATING.values(), ids=REPEATING.keys())
def test_our_mail_goes_however_it_is_quoted(text: str) -> None:
    assert without_quotation(text, OURS) == "Très bien."


def test_an_answer_between_our_lines_stays() -> None:
    first, rest = QUOTED.split("\n", 1)
    assert without_quotation(f"{GMAIL}\n{first}\nParfait.\n{rest}\nÀ demain.", OURS) == "Parfait.\nÀ demain."


STAYS = {
    "another's words": "Très bien.\n\nLe 22/11/2026, Paul <paul@clinic.example> a écrit :\n> Bonjour",
    "a quotation of one's own": "Voici :\n> article 3\nTrès bien.",
    "a sentence that names the phone": f"Le numéro {DELIVERS} est à rappeler :\nmerci",
    "a list that begins as a head does": f"De : 9h\nÀ : 10h\nAppeler le {DELIVERS}",
    "a head that names the phone over words of one's own": f"De : {DELIVERS}\nObjet : rappel\n\nÀ rappeler",
    "the words of the phone, repeated": "J'arrive dans 10 minutes",
    "a short word of the phone": "OK, c'est noté",
}


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS.keys())
def test_what_is_not_ours_stays(text: str) -> None:
    assert without_quotation(text, OURS) == text


def test_an_answer_under_an_unmarked_attribution_that_repeats_a_short_word_stays() -> None:
    assert without_quotation(f"{GMAIL}\n> OK\n\nOK, c'est noté", OURS) == "OK, c'est noté"


def test_nothing_but_our_words_is_nothing() -> None:
    assert without_quotation(f"{GMAIL}\n{QUOTED}", OURS) == ""
    assert without_quotation(f"{OUTLOOK}\n\n{LETTER.rpartition(endings(DELIVERS)[-1])[0]}", OURS) == ""


@given(st.text("> \nLeOn:-_" + DELIVERS + ADDRESS, max_size=300))
def test_only_lines_are_taken_away(text: str) -> None:
    kept = without_quotation(text, OURS).split("\n")
    left = iter(line.strip() for line in text.split("\n"))
    assert all(any(line.strip() == each for each in left) for line in kept if line.strip())


@pytest.mark.parametrize(
    "line",
    ["Le lun ", f"On {DELIVERS} ", "> ", f"Le {ADDRESS}\n", f"De : {ADDRESS}\n", "-----\n", f"Le {DELIVERS} :\n> OK\n"],
)
def test_hostile_texts_are_read_in_one_pass(line: str) -> None:
    """Far beyond the 64,000 characters that are read of a mail; anything quadratic would not come back."""
    without_quotation(line * (640_000 // len(line)), OURS)
