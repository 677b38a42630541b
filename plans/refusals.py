"""Why an order or a change is refused, as values that screens and commands put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Refusal(StrEnum):
    """The closed list; the words, each with a cure, stand in ``config/refusals.*.toml`` under the same names."""

    CALENDAR_LIMIT = "calendar_limit"  # facts: tier, limit, next_tier, next_limit
    NO_PLAN = "no_plan"  # facts: limit; more calendars than any plan covers
    NO_SUBSCRIPTION = "no_subscription"
    BANK_DETAILS_MISSING = "bank_details_missing"
    TERMS_NOT_ACCEPTED = "terms_not_accepted"
    LATE_PAYMENT = "late_payment"
    ACCOUNT_PROBLEM = "account_problem"
    FEES_NOT_TOLD = "fees_not_told"
    NOT_ORDERED = "not_ordered"
    NO_CANCELLATION = "no_cancellation"
    SAME_FORMULA = "same_formula"
    SUBSCRIPTION_ENDING = "subscription_ending"
    NOT_MONTHLY = "not_monthly"
    AGREEMENT_INCOMPLETE = "agreement_incomplete"  # facts: lacking


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal, with the values that its words name."""

    why: Refusal
    facts: Mapping[str, str | int] = field(default_factory=dict)
