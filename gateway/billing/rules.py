"""What the acts of billing go by: the catalogue, the law, and the seller's calendar."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from gateway.billing.terms_texts import TermsTexts, read_texts
from gateway.settings import SellerSettings, config_file, read_config
from plans.catalogue import Catalogue, catalogue_from
from plans.conditions import Conditions
from plans.legal import Legal, legal_from

_SELLERS_ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class BillingRules:
    """The dated rules in force; nothing in them changes while the service runs."""

    catalogue: Catalogue
    legal: Legal
    zone: ZoneInfo  # of the seller: its days date the invoices
    seller: SellerSettings | None = None  # whom invoices name; None until the configuration says
    terms_texts: TermsTexts = field(default_factory=dict)

    def conditions(self, day: date) -> Conditions:
        """The delays, counts and sums in force on a day."""
        return self.catalogue.conditions.on(day)

    def terms_version(self, day: date) -> str:
        """The version of the terms of sale that an order of this day must accept: the day since which it is offered."""
        return self.catalogue.conditions.entry(day).since.isoformat()

    def today(self, instant: datetime) -> date:
        """The seller's calendar day."""
        return instant.astimezone(self.zone).date()


@cache
def shipped_billing_rules() -> BillingRules:
    """The rules of ``config/``; ``plans.checked.RuleError`` names a key that is wrong."""
    legal = legal_from(read_config("legal.toml"))
    texts = read_texts(config_file("terms"))
    return BillingRules(
        catalogue_from(read_config("catalogue.toml"), legal.vat), legal, ZoneInfo(_SELLERS_ZONE), terms_texts=texts
    )
