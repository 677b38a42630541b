"""When a client is warned that prepaid units are about to end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from plans.checked import RuleError, Section


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """How long before the end of a lot its client is warned."""

    days_before_end: tuple[int, ...]  # falling


def due_alert(ends_at: datetime, now: datetime, terms: AlertTerms) -> int | None:
    """Which warning is due for units that end at ``ends_at``, in days: the closest; None where none is.

    Where several fell due together, after the service stood still, the closest alone is true.
    """
    if now >= ends_at:
        return None
    return min((days for days in terms.days_before_end if ends_at - now <= timedelta(days=days)), default=None)


def next_alert(ends_at: datetime, now: datetime, terms: AlertTerms) -> datetime | None:
    """The next instant at which another warning falls due; None after the last."""
    instants = (ends_at - timedelta(days=days) for days in terms.days_before_end)
    return min((each for each in instants if each > now), default=None)


def alerts_from(section: Section) -> AlertTerms:
    """Read when clients are warned; ``RuleError`` names a key that is missing or wrong."""
    section.only({"days_before_end"})
    days = section.counts("days_before_end", least=1)
    if list(days) != sorted(set(days), reverse=True):
        raise RuleError(f"{section.name('days_before_end')} must fall")
    return AlertTerms(days)
