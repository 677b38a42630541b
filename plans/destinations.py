"""Where an account may send, and what a part costs there."""

from collections.abc import Mapping
from dataclasses import dataclass

from plans.checked import Section


@dataclass(frozen=True, slots=True)
class Rates:
    """The published prices, in units per part."""

    units_per_part: Mapping[str, int]  # by destination, ISO 3166 of a country or overseas territory
    default: int  # a destination without a price of its own
    surcharge: int  # added per part where a destination was not opened and the account may send all the same

    def published(self, destination: str) -> int:
        """The published price of a part to this destination."""
        return self.units_per_part.get(destination, self.default)


def part_price(
    destination: str, home: str, opened: Mapping[str, int | None], rates: Rates, *, surcharges: bool
) -> int | None:
    """Units for one part to ``destination``, or None where the account may not send there.

    Home is the account's country of registration, and overseas territories are destinations apart. Any other one is
    blocked until an authorisation opens it, at the price agreed in ``opened`` or (None there) the published one. An
    account with ``surcharges`` is not blocked but pays more (terms, special term 2).
    """
    if destination == home:
        return rates.published(destination)
    if destination in opened:
        agreed = opened[destination]
        return rates.published(destination) if agreed is None else agreed
    return rates.published(destination) + rates.surcharge if surcharges else None


def rates_from(document: Mapping[str, object]) -> Rates:
    """Read rates.toml; ``RuleError`` names a key that is missing or wrong."""
    root = Section(document)
    root.only({"default", "surcharge", "units_per_part"})
    prices = root.section("units_per_part")
    return Rates(
        units_per_part={destination: prices.count(destination, least=1) for destination in prices.values},
        default=root.count("default", least=1),
        surcharge=root.count("surcharge", least=1),
    )
