"""The end of an invoice: what the law wants said."""

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.phrases import Phrase, read_phrases
from gateway.billing.documents.sheet import GREY, Sheet

_SMALL = 3.9  # the height of a line of conditions


def draw_conditions(sheet: Sheet, document: InvoiceDocument) -> None:
    """Why there is no tax where there is none, and the sentences of every invoice."""
    sentences = _conditions(document)
    sheet.keep_together(_SMALL * (len(sentences) + 4))
    sheet.heading(read_phrases(document.language).say(Phrase.CONDITIONS))
    sheet.ink(8, colour=GREY)
    for sentence in sentences:
        sheet.put(sentence, height=_SMALL)


def _conditions(document: InvoiceDocument) -> list[str]:
    mentions = document.mentions
    on_debits = [read_phrases(document.language).say(Phrase.ON_DEBITS)] if document.vat_on_debits else []
    return [
        *mentions.explanations.values(),
        mentions.category,
        *on_debits,
        mentions.no_discount,
        mentions.late_penalty,
        mentions.recovery_fee,
    ]
