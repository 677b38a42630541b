"""What the law fixes and changes: dated rates, the recovery fee and the mentions of invoices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from plans.checked import RuleError, Section
from plans.dated import Dated, by_name, dated, entry_from
from plans.money import Money, money_in, percent_in
from plans.vat import Treatment, VatRules, vat_rules_from

#: On every invoice, whatever it sells.
_ALWAYS = ("category", "late_penalty", "recovery_fee", "no_discount")
#: Nothing to explain: taxed at its rate, or an indemnity whose line says so itself.
_UNEXPLAINED = frozenset({Treatment.TAXED, Treatment.INDEMNITY})


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence that an invoice must bear, and the text of law that wants it."""

    fr: str
    en: str
    reference: str


@dataclass(frozen=True, slots=True)
class Legal:
    """The dated tables of legal.toml."""

    vat: VatRules
    interest: Dated[Fraction]  # the legal interest rate between professionals, per half-year
    recovery_fee: Dated[Money]  # owed per late invoice
    mentions: Mapping[str, Dated[Mention]]


def mentions_of(treatments: frozenset[Treatment], day: date, legal: Legal) -> tuple[Mention, ...]:
    """The mentions of an invoice issued on ``day`` with these treatments; ``NotInForce`` where a text is outdated."""
    explained = sorted(f"vat_{each}" for each in treatments - _UNEXPLAINED)
    return tuple(legal.mentions[name].on(day) for name in (*_ALWAYS, *explained))


def legal_from(document: Mapping[str, object]) -> Legal:
    """Read legal.toml; ``RuleError`` names a key that is missing or wrong."""
    root = Section(document)
    root.only({"vat", "interest", "recovery_fee", "mention"})
    mentions = by_name(root.sections("mention"), _mention_from)
    known = (*_ALWAYS, *(f"vat_{each}" for each in Treatment if each not in _UNEXPLAINED))
    if lacking := sorted(set(known) ^ set(mentions)):
        raise RuleError(f"mention: unknown or missing: {', '.join(lacking)}")
    interest = (entry_from(each, _interest_from) for each in root.sections("interest"))
    fees = (entry_from(each, _fee_from) for each in root.sections("recovery_fee"))
    return Legal(
        vat=vat_rules_from(root.section("vat")),
        interest=dated("the legal interest rate", interest),
        recovery_fee=dated("the recovery fee", fees),
        mentions=mentions,
    )


def _mention_from(section: Section) -> Mention:
    section.only({"name", "since", "until", "fr", "en", "reference"})
    return Mention(section.text("fr"), section.text("en"), section.text("reference"))


def _interest_from(section: Section) -> Fraction:
    section.only({"since", "until", "percent"})
    return percent_in(section, "percent")


def _fee_from(section: Section) -> Money:
    section.only({"since", "until", "amount"})
    return money_in(section, "amount")
