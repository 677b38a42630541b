"""The words of invoices are complete in both languages."""

import pytest

from gateway.billing.documents.phrases import Phrase, phrases_from, read_phrases
from gateway.settings import config_file
from gateway.wording import Language, WordingError
from plans.invoices import LineKind
from plans.orders import PaymentMeans

FRENCH = config_file("wording.invoice.fr.toml").read_text(encoding="utf-8")


def test_each_language_has_its_own_words() -> None:
    said = [read_phrases(language).say(Phrase.TO_PAY) for language in Language]
    assert said == ["To pay", "Net à payer"]


@pytest.mark.parametrize("language", Language)
def test_every_kind_of_line_names_what_it_is_for(language: Language) -> None:
    assert all("SOLO" in read_phrases(language).line(kind, "SOLO") for kind in LineKind)


@pytest.mark.parametrize("language", Language)
def test_every_means_of_payment_has_a_name(language: Language) -> None:
    names = {read_phrases(language).means(means) for means in PaymentMeans}
    assert len(names) == len(PaymentMeans)


def test_braces_in_a_label_are_not_filled_in() -> None:
    assert read_phrases(Language.EN).line(LineKind.FEE, "{label} {0}") == "Fee, {label} {0}"


def test_a_missing_word_is_named() -> None:
    with pytest.raises(WordingError, match=r"penalty"):
        phrases_from(FRENCH.replace("penalty =", "penality ="))


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(WordingError, match="to_pya"):
        phrases_from(FRENCH.replace("to_pay =", "to_pya ="))
