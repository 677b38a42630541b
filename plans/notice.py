"""Clear days of notice, and what becomes of a price revision while they run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from plans.checked import Section
from plans.money import NOTHING, Money, Rate


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """The delays of a price revision, in days (terms, article 4)."""

    clear_days: int  # between the notice and the new price; also the time to refuse it
    accord_days: int  # to find an accord after a refusal
    ending_days: int  # of notice to end the contract when none is found
    to_working_day: bool  # whether notice that ends on a day off runs on to the next working day


def first_day_after(notified_on: date, terms: NoticeTerms, is_working: Callable[[date], bool]) -> date:
    """The first local day on which a notified change applies.

    Clear days leave out the day of the notice and the day on which they have run. The terms count every day alike;
    ``is_working`` is asked only where ``to_working_day`` is set.
    """
    day = notified_on + timedelta(days=terms.clear_days + 1)
    while terms.to_working_day and not is_working(day - timedelta(days=1)):
        day += timedelta(days=1)
    return day


def is_refused_in_time(refused_on: date, notified_on: date, terms: NoticeTerms) -> bool:
    """Whether a registered letter of this day still stops a notified price."""
    return notified_on <= refused_on <= notified_on + timedelta(days=terms.clear_days)


def may_end_from(refused_on: date, terms: NoticeTerms) -> date:
    """The first day on which, with no accord found, either side may give notice to end the contract."""
    return refused_on + timedelta(days=terms.accord_days)


def ends_on(ended_on: date, terms: NoticeTerms) -> date:
    """The first day without the contract after one side gave that notice."""
    return ended_on + timedelta(days=terms.ending_days)


def pack_adjustment(units_left: int, old: Rate, new: Rate) -> Money:
    """What a revised unit price adds to a prepaid pack: only units unused when it takes effect.

    Never below zero: a pack is not refunded, in full or in part (terms, special term 2).
    """
    return max((new - old).of(units_left), NOTHING)


def notice_from(section: Section) -> NoticeTerms:
    """Read the delays of notice; ``RuleError`` names a key that is missing or wrong."""
    section.only({"clear_days", "accord_days", "ending_days", "to_working_day"})
    return NoticeTerms(
        clear_days=section.count("clear_days", least=1),
        accord_days=section.count("accord_days", least=0),
        ending_days=section.count("ending_days", least=0),
        to_working_day=section.flag("to_working_day"),
    )
