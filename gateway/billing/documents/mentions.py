"""What the law demands to be written on an invoice of a given day."""

from datetime import date

from gateway.billing.documents import figures
from gateway.billing.documents.document import Mentions
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.wording import Language
from plans.invoices import Invoice
from plans.late import PaymentTerms, penalty_rate
from plans.legal import Legal
from plans.vat import Treatment


def mentions_on(day: date, invoice: Invoice, language: Language, legal: Legal, terms: PaymentTerms) -> Mentions:
    """The mentions of an invoice issued on ``day``; ``NotInForce`` where a text has no entry for it."""
    treatments = sorted({each.vat.treatment for each in invoice.lines} - {Treatment.TAXED})
    return Mentions(
        category=_said("category", day, language, legal),
        late_penalty=_late_penalty(day, language, legal, terms),
        recovery_fee=_said("recovery_fee", day, language, legal),
        no_discount=_said("no_discount", day, language, legal),
        explanations={each: _explained(each, day, language, legal) for each in treatments},
    )


def _late_penalty(day: date, language: Language, legal: Legal, terms: PaymentTerms) -> str:
    """The sentence, with the rate in figures where the legal rate of the day is known.

    The sentence alone is enough (Commercial Code, L. 441-10): a rate not yet published must not stop an invoice.
    """
    sentence = _said("late_penalty", day, language, legal)
    if not legal.interest.offered(day):
        return sentence
    rate = figures.percent(penalty_rate(day, legal.interest, terms), language)
    return f"{sentence} {read_phrases(language).say(Phrase.LATE_RATE, rate=rate)}"


def _explained(treatment: Treatment, day: date, language: Language, legal: Legal) -> str:
    if treatment is Treatment.INDEMNITY:
        return read_phrases(language).say(Phrase.INDEMNITY)
    return _said(f"vat_{treatment}", day, language, legal)


def _said(name: str, day: date, language: Language, legal: Legal) -> str:
    mention = legal.mentions[name].on(day)
    return mention.fr if language is Language.FR else mention.en
