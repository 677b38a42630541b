"""The durations and counts of prepaid credit, as the configuration gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from plans.checked import Section


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """How long bought and refunded units live."""

    pack_months: int  # a pack ends this many months after it was activated
    refund_grace: timedelta  # how long refunded units live when their own lot has expired
    silence_refunded: bool  # whether a message that the carrier never answered for is refunded


def credit_terms_from(document: Mapping[str, object]) -> CreditTerms:
    """Read ``[pack]`` and ``[refund]`` of windows.toml; ``RuleError`` names a key that is missing or wrong."""
    pack, refund = Section(document).section("pack"), Section(document).section("refund")
    pack.only({"months"})
    refund.only({"days", "when_carrier_is_silent"})
    return CreditTerms(
        pack_months=pack.count("months", least=1),
        refund_grace=timedelta(days=refund.count("days", least=1)),
        silence_refunded=refund.flag("when_carrier_is_silent"),
    )
