"""What is for sale: tiers, packs and test credits, each entry with the day from which it is offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from plans.checked import RuleError, Section
from plans.conditions import Conditions, conditions_from
from plans.dated import Dated, by_name, dated, entry_from
from plans.money import Money, Rate, money_in, round_half_up
from plans.periods import Interval
from plans.vat import VatRules, net_inside

V = TypeVar("V")


class NotForSale(LookupError):
    """A name that the catalogue does not have; the text lists those that it has."""


class TaxBasis(StrEnum):
    """Whether a price is shown before or with tax."""

    EXCL = "excl"  # subscriptions (terms, special term 6)
    INCL = "incl"  # packs (terms, article 4), with the tax of the seller's own territory


class BillingMode(StrEnum):
    """The three ways in which a client pays (terms, article 4)."""

    ORDER = "order"  # prepaid, each order by itself
    ARREARS = "arrears"  # postpaid, each month what was used
    SUBSCRIPTION = "subscription"  # by month or year, in advance


@dataclass(frozen=True, slots=True)
class Tier:
    """A subscription formula: its upper bound of calendars, and its prices before tax."""

    calendars: int
    month: Money
    year: Money

    def price(self, interval: Interval) -> Money:
        """The price of one period, before tax."""
        return self.month if interval is Interval.MONTH else self.year


@dataclass(frozen=True, slots=True)
class Pack:
    """Prepaid units that are bought together."""

    units: int
    shown: Money  # the price as the catalogue shows it
    basis: TaxBasis
    net: Money  # the same before tax
    months: int  # how long its units live

    @property
    def unit_price(self) -> Rate:
        """The price of one unit before tax, to a millionth of a euro."""
        return Rate(round_half_up(self.net.cents * 10_000, self.units))


@dataclass(frozen=True, slots=True)
class TestCredit:
    """Free units to try email-to-SMS, given once (terms, special term 5)."""

    units: int
    months: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that catalogue.toml says."""

    tiers: Mapping[str, Dated[Tier]]
    packs: Mapping[str, Dated[Pack]]
    test_credit: Dated[TestCredit]
    conditions: Dated[Conditions]

    def tier(self, name: str) -> Dated[Tier]:
        """The history of a tier; ``NotForSale`` for an unknown name."""
        return _named(self.tiers, name, "plan")

    def pack(self, name: str) -> Dated[Pack]:
        """The history of a pack; ``NotForSale`` for an unknown name."""
        return _named(self.packs, name, "pack")

    def tiers_on(self, day: date) -> tuple[tuple[str, Tier], ...]:
        """The tiers offered on ``day``, smallest first."""
        offered = ((name, history.on(day)) for name, history in self.tiers.items() if history.offered(day))
        return tuple(sorted(offered, key=lambda each: each[1].calendars))


def catalogue_from(document: Mapping[str, object], vat: VatRules) -> Catalogue:
    """Read catalogue.toml; ``RuleError`` names a key that is missing, wrong or impossible.

    Impossible is a price with tax that no amount before tax reaches, at the rate of the day from which it is offered.
    """
    root = Section(document)
    root.only({"currency", "tier", "pack", "test_credit", "conditions"})
    if root.text("currency") != "EUR":
        raise RuleError(f"{root.name('currency')} must be EUR: amounts are kept in cents of a euro")
    gifts = (entry_from(each, _test_credit_from) for each in root.sections("test_credit"))
    catalogue = Catalogue(
        tiers=by_name(root.sections("tier"), _tier_from),
        packs=by_name(root.sections("pack"), lambda each: _pack_from(each, vat)),
        test_credit=dated("test_credit", gifts),
        conditions=dated("conditions", (entry_from(each, conditions_from) for each in root.sections("conditions"))),
    )
    _refuse_equal_limits(catalogue)
    return catalogue


def _tier_from(section: Section) -> Tier:
    section.only({"name", "since", "until", "calendars", "month", "year"})
    return Tier(section.count("calendars", least=1), money_in(section, "month"), money_in(section, "year"))


def _pack_from(section: Section, vat: VatRules) -> Pack:
    section.only({"name", "since", "until", "units", "price", "basis", "months"})
    shown, basis = money_in(section, "price"), _basis_from(section)
    return Pack(
        units=section.count("units", least=1),
        shown=shown,
        basis=basis,
        net=shown if basis is TaxBasis.EXCL else _net_from(section, shown, vat),
        months=section.count("months", least=1),
    )


def _net_from(section: Section, shown: Money, vat: VatRules) -> Money:
    rate = vat.rates[vat.home].on(section.day("since"))
    net = net_inside(shown, rate)
    if net is None:
        raise RuleError(f"{section.name('price')}: no price before tax gives {shown} with {float(rate):.1%} of tax")
    return net


def _basis_from(section: Section) -> TaxBasis:
    try:
        return TaxBasis(section.text("basis"))
    except ValueError:
        raise RuleError(f"{section.name('basis')} must be one of {', '.join(TaxBasis)}") from None


def _test_credit_from(section: Section) -> TestCredit:
    section.only({"since", "until", "units", "months"})
    return TestCredit(section.count("units", least=1), section.count("months", least=1))


def _refuse_equal_limits(catalogue: Catalogue) -> None:
    """Two tiers with one limit on one day would make the next tier a matter of luck."""
    for day in sorted({entry.since for history in catalogue.tiers.values() for entry in history.entries}):
        limits = [tier.calendars for _, tier in catalogue.tiers_on(day)]
        if len(limits) != len(set(limits)):
            raise RuleError(f"tier: two tiers cover the same number of calendars on {day}")


def _named(histories: Mapping[str, Dated[V]], name: str, what: str) -> Dated[V]:
    if name not in histories:
        raise NotForSale(f"there is no {what} {name!r}; known: {', '.join(histories)}")
    return histories[name]
