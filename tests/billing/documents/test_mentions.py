"""What the law demands stands on the invoice, as it is on the day of issue."""

from datetime import date

import pytest

from gateway.billing.documents.mentions import mentions_on
from gateway.wording import Language
from plans.dated import NotInForce
from plans.invoices import LineKind, invoice_of, sum_line
from plans.legal import mentions_of
from plans.money import Money
from plans.vat import INDEMNITY, Treatment
from tests.billing.documents.sample import DAY, FULL, GUYANE, LEGAL, REVERSE, TERMS, lines

MIXED = invoice_of(
    [*lines(FULL), *lines(REVERSE), *lines(GUYANE), sum_line(LineKind.PENALTY, "F2026-000001", Money(175), INDEMNITY)]
)


@pytest.mark.parametrize("language", Language)
def test_every_sentence_that_the_law_demands_is_there(language: Language) -> None:
    mentions = mentions_on(DAY, MIXED, language, LEGAL, TERMS)
    written = [
        mentions.category,
        mentions.late_penalty,
        mentions.recovery_fee,
        mentions.no_discount,
        *mentions.explanations.values(),
    ]
    demanded = mentions_of(frozenset(each.vat.treatment for each in MIXED.lines), DAY, LEGAL)
    sentences = [each.fr if language is Language.FR else each.en for each in demanded]
    assert [each for each in sentences if each not in " ".join(written)] == []


def test_the_late_rate_is_three_times_the_legal_rate_of_the_day() -> None:
    """R43: 3 x 2.62 % in the first half of 2026."""
    mentions = mentions_on(DAY, MIXED, Language.EN, LEGAL, TERMS)
    assert mentions.late_penalty.endswith("7.86% a year.")


def test_a_legal_rate_that_is_not_published_yet_stops_no_invoice() -> None:
    """The sentence alone satisfies the law; the penalty itself waits for the rate (A26)."""
    mentions = mentions_on(date(2026, 11, 23), MIXED, Language.EN, LEGAL, TERMS)
    assert mentions.late_penalty == LEGAL.mentions["late_penalty"].on(DAY).en


def test_an_outdated_reference_to_the_law_stops_the_invoice() -> None:
    with pytest.raises(NotInForce):
        mentions_on(date(2028, 1, 1), invoice_of(lines(GUYANE)), Language.FR, LEGAL, TERMS)


def test_only_what_bears_no_tax_is_explained() -> None:
    mentions = mentions_on(DAY, MIXED, Language.FR, LEGAL, TERMS)
    assert set(mentions.explanations) == set(Treatment) - {Treatment.TAXED, Treatment.OUT_OF_SCOPE}
