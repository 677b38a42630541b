"""The lines that the events of a subscription put on invoices."""

from plans.invoices import Line, LineKind, line, sum_line
from plans.money import unit_rate
from plans.periods import Period
from plans.proration import Change
from plans.subscription import ChangeInvoiced, Ended, PeriodStarted
from plans.vat import Vat


def lines_of(event: PeriodStarted | ChangeInvoiced | Ended, vat: Vat) -> list[Line]:
    """What an event sells: a period with the changes before it, a change by itself, or the last changes of all.

    Empty where a subscription ends and owes nothing.
    """
    if isinstance(event, ChangeInvoiced):
        return _change_lines(event.change, vat)
    pro_rata = [each for change in event.changes for each in _change_lines(change, vat)]
    if isinstance(event, Ended):
        return pro_rata
    return [_period_line(event, vat), *pro_rata, *_unused_lines(event, vat)]


def _period_line(event: PeriodStarted, vat: Vat) -> Line:
    return line(LineKind.SUBSCRIPTION, event.formula.tier, 1, unit_rate(event.price), vat, period=event.period)


def _change_lines(change: Change, vat: Vat) -> list[Line]:
    rest = Period(change.day, change.period.end)
    old, new = change.shown
    return [
        sum_line(LineKind.PRO_RATA_OLD, change.old_tier, old, vat, period=rest),
        sum_line(LineKind.PRO_RATA_NEW, change.new_tier, new, vat, period=rest),
    ]


def _unused_lines(event: PeriodStarted, vat: Vat) -> list[Line]:
    if event.unused is None:
        return []
    return [sum_line(LineKind.UNUSED, event.unused.tier, -event.unused.amount, vat, period=event.unused.period)]
