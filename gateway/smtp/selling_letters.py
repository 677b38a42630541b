"""The mails about orders, prices, invoices and credit: what billing wrote down, in words, with the file it is about."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from gateway.billing.words import LetterKind
from gateway.smtp.letters import Enclosure, Letterhead, ReadersWords, blank_letter, finished_letter
from gateway.smtp.mailer import Letter
from gateway.wording import Wording
from plans.invoices import Invoice


def selling_letter(
    wording: Wording,
    head: Letterhead,
    kind: LetterKind,
    facts: Mapping[str, Any],
    *,
    figures: Invoice | None = None,
    enclosure: Enclosure | None = None,
) -> Letter:
    """News of this kind; ``facts`` are what billing wrote down for it.

    ``figures`` are those of an invoice, written out where it is not enclosed.
    """
    words = ReadersWords(wording, head)
    told = {name: _told(words, name, each) for name, each in facts.items()}
    message = blank_letter(words, words.phrase(f"subject_selling_{kind}", **told), "auto-generated")
    paragraphs = [words.phrase(f"selling_{kind}", **told), *_more(words, kind, told)]
    if enclosure:
        paragraphs.append(words.phrase("enclosed", name=enclosure.name))
    elif figures:
        paragraphs.append("\n".join(_written_out(words, figures)))
    return finished_letter(words, message, paragraphs, enclosure)


def _told(words: ReadersWords, name: str, fact: Any) -> str | None:
    """A fact as its reader gets it: instants in their zone, days in their manner, units counted."""
    if fact is None:
        return None
    if name.endswith("_at"):
        return words.moment(datetime.fromisoformat(fact))
    if name.endswith(("_on", "_until")):
        return words.phrase("day", on=date.fromisoformat(fact))
    return words.count("unit", fact) if name == "units" else str(fact)


def _more(words: ReadersWords, kind: LetterKind, told: Mapping[str, str | None]) -> Iterator[str]:
    """What follows from the facts: how an invoice is paid, why money did not come and what happens next."""
    if kind is LetterKind.INVOICE_ISSUED:
        yield words.phrase("invoice_paid" if told["due"] == "0.00" else "invoice_due", **told)
    elif kind is LetterKind.PRICE_REVISED:
        yield words.phrase("price_of_pack" if "net" in told else "price_of_plan", **told)
        yield words.phrase("price_refused_until", **told)
    elif kind is LetterKind.PAYMENT_FAILED:
        yield words.phrase(f"payment_{told['why']}", **told)
        yield words.phrase("payment_again" if told["retry_at"] else "payment_not_again", **told)


def _written_out(words: ReadersWords, figures: Invoice) -> Iterator[str]:
    from gateway.billing.documents.sentences import described  # late: it takes a large library

    for line in figures.lines:
        yield words.phrase("invoice_line", what=described(line, words.head.language), net=line.net)
    yield words.phrase("invoice_totals", net=figures.net, tax=figures.tax, gross=figures.gross)
