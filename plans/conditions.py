"""The delays, counts and sums of the terms of sale, as the catalogue dates them."""

from dataclasses import dataclass

from plans.alerts import AlertTerms, alerts_from
from plans.checked import Section
from plans.consent import ConsentTerms, consent_from
from plans.late import PaymentTerms, payment_from
from plans.money import Money, money_in
from plans.notice import NoticeTerms, notice_from
from plans.postpaid import PostpaidTerms, postpaid_from
from plans.withdrawal import WithdrawalTerms, withdrawal_from


@dataclass(frozen=True, slots=True)
class SubscriptionTerms:
    """How subscriptions begin, and when a pro rata does not wait."""

    trial_days: int
    invoice_now_above: Money | None  # a pro rata above this is invoiced at once; None: it waits for the next invoice


@dataclass(frozen=True, slots=True)
class Conditions:
    """One version of the conditions; each part belongs to the module that applies it."""

    subscription: SubscriptionTerms
    notice: NoticeTerms
    payment: PaymentTerms
    postpaid: PostpaidTerms
    consent: ConsentTerms
    withdrawal: WithdrawalTerms
    alerts: AlertTerms


def conditions_from(section: Section) -> Conditions:
    """Read one ``[[conditions]]`` of catalogue.toml; ``RuleError`` names a key that is missing or wrong."""
    parts = {"subscription", "notice", "payment", "postpaid", "consent", "withdrawal", "alerts"}
    section.only({"since", "until", *parts})
    return Conditions(
        subscription=_subscription_from(section.section("subscription")),
        notice=notice_from(section.section("notice")),
        payment=payment_from(section.section("payment")),
        postpaid=postpaid_from(section.section("postpaid")),
        consent=consent_from(section.section("consent")),
        withdrawal=withdrawal_from(section.section("withdrawal")),
        alerts=alerts_from(section.section("alerts")),
    )


def _subscription_from(section: Section) -> SubscriptionTerms:
    section.only({"trial_days", "invoice_now_above"})
    above = money_in(section, "invoice_now_above") if "invoice_now_above" in section.values else None
    return SubscriptionTerms(section.count("trial_days", least=1), above)
