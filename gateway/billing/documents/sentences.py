"""The sentences that page and XML share, with the values of a document filled in."""

from datetime import timedelta

from gateway.billing.documents.document import Corrected, InvoiceDocument
from gateway.billing.documents.figures import country, day, short_day
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.wording import Language
from plans.invoices import Line, LineKind
from plans.periods import Period

_TO_A_DESTINATION = frozenset({LineKind.CONSUMPTION, LineKind.INCIDENT})


def kind_of(document: InvoiceDocument) -> str:
    """What the document is called."""
    return read_phrases(document.language).say(Phrase.CREDIT_NOTE if document.is_credit else Phrase.INVOICE)


def corrects(corrected: Corrected, language: Language) -> str:
    """Which invoice a credit note corrects."""
    issued_on = day(corrected.issued_on, language)
    return read_phrases(language).say(Phrase.CORRECTS, number=corrected.number, day=issued_on)


def described(line: Line, language: Language) -> str:
    """What a line is for; destinations by their names."""
    label = country(line.label, language) if line.kind in _TO_A_DESTINATION else line.label
    return read_phrases(language).line(line.kind, label)


def period(days: Period, language: Language) -> str:
    """A period by its first and last day, both included."""
    first, last = days.start, days.end - timedelta(days=1)
    return read_phrases(language).say(Phrase.PERIOD, first=short_day(first, language), last=short_day(last, language))
