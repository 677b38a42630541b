"""Value-added tax: which treatment a client gets, and tax on or inside an amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from plans.checked import RuleError, Section
from plans.dated import Dated, dated, entry_from
from plans.money import Money, percent_in, round_half_up


class Treatment(StrEnum):
    """Why an amount bears the tax that it bears."""

    TAXED = "taxed"
    NOT_APPLICABLE = "not_applicable"  # a territory of the seller's country where the rate is 0
    REVERSE_CHARGE = "reverse_charge"  # the client, a business in the EU, declares the tax
    OUT_OF_SCOPE = "out_of_scope"  # the client is outside the EU
    INDEMNITY = "indemnity"  # penalties pay for no service


@dataclass(frozen=True, slots=True)
class Vat:
    """A treatment and its rate; amounts with the same one are taxed together."""

    treatment: Treatment
    rate: Fraction

    def on(self, net: Money) -> Money:
        """The tax on a total before tax, half up; called on the total of an invoice, never line by line."""
        return net.times(self.rate)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Where a client is established."""

    territory: str  # ISO 3166 of a country or overseas territory
    vat_number_valid: bool = False  # checked with the EU's register


@dataclass(frozen=True, slots=True)
class VatRules:
    """The dated rates of the seller's territories, and who counts as the EU."""

    home: str  # the seller's own territory
    union: frozenset[str]  # the other countries of the EU
    rates: Mapping[str, Dated[Fraction]]  # by territory


INDEMNITY = Vat(Treatment.INDEMNITY, Fraction(0))


def vat_of(buyer: Buyer, day: date, rules: VatRules) -> Vat:
    """The treatment of services sold to this client on ``day``; ``NotInForce`` where no rate is known for the day.

    Inside the seller's territories the client's own rate; in the EU reverse charge for a valid VAT number and else
    the seller's rate; out of scope beyond. (CGI art. 259 and 294; directive 2006/112, art. 44, 45 and 196.)
    """
    if buyer.territory in rules.rates:
        rate = rules.rates[buyer.territory].on(day)
        return Vat(Treatment.TAXED if rate else Treatment.NOT_APPLICABLE, rate)
    if buyer.territory not in rules.union:
        return Vat(Treatment.OUT_OF_SCOPE, Fraction(0))
    if buyer.vat_number_valid:
        return Vat(Treatment.REVERSE_CHARGE, Fraction(0))
    return Vat(Treatment.TAXED, rules.rates[rules.home].on(day))


def net_inside(gross: Money, rate: Fraction) -> Money | None:
    """The amount before tax that gives ``gross`` with its tax, or None: at 20 % no amount gives 10.05.

    Tax makes distinct amounts more distinct, so only the nearest one can do.
    """
    ratio = 1 / (1 + rate)
    net = Money(round_half_up(gross.cents * ratio.numerator, ratio.denominator))
    return net if net + net.times(rate) == gross else None


def vat_rules_from(section: Section) -> VatRules:
    """Read ``[vat]`` of legal.toml; ``RuleError`` names a key that is missing or wrong."""
    section.only({"home", "union", "rate"})
    tables = section.sections("rate")
    for table in tables:
        table.only({"territories", "percent", "since", "until"})
    territories = {territory for table in tables for territory in table.texts("territories")}
    rates = {territory: _rates_of(territory, tables) for territory in sorted(territories)}
    home = section.text("home")
    if home not in rates:
        raise RuleError(f"{section.name('home')}: {home} has no rate")
    return VatRules(home, frozenset(section.texts("union")), rates)


def _rates_of(territory: str, tables: tuple[Section, ...]) -> Dated[Fraction]:
    mine = (table for table in tables if territory in table.texts("territories"))
    return dated(f"VAT in {territory}", (entry_from(table, lambda each: percent_in(each, "percent")) for table in mine))
