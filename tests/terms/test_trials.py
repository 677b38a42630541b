"""The terms on the trial (special term 6): bank details first, 30 days, then the chosen formula is charged."""

import pytest

from plans.arrears import declined, paid
from plans.changes import cancel, change
from plans.lots import Lot, draw
from plans.prices import Formula, Ordered
from plans.refusals import Refusal, Refused
from plans.renewal import subscribe
from plans.subscription import Ended, FormulaChanged, Pause, PeriodStarted, State, Subscription, pause
from plans.words import LotKind, Origin
from tests.terms.shop import (
    CONDITIONS,
    MONTH,
    PARIS,
    PRICES,
    YEAR,
    at,
    day,
    done,
    euros,
    happened,
    invoices,
    trial,
    until,
)

SOLO = Ordered(Formula("SOLO", MONTH), day("2026-11-23"))


def test_every_subscription_starts_with_thirty_days_of_trial() -> None:
    """R7, A5, special term 6: 23 November 10:15 to 23 December 10:15."""
    assert CONDITIONS.subscription.trial_days == 30
    assert trial("SOLO", "2026-11-23T10:15").trial_ends_at == at("2026-12-23T10:15")


@pytest.mark.parametrize(
    ("started", "ends"),
    [
        ("2026-11-23T10:15", "2026-12-23T10:15"),
        ("2027-01-31T10:15", "2027-03-02T10:15"),
        ("2028-01-30T10:15", "2028-02-29T10:15"),
        ("2027-02-26T02:30", "2027-03-28T03:30"),  # 02:30 does not exist that night
        ("2027-10-01T12:00", "2027-10-31T12:00"),  # 25 hours of one day are still one day
    ],
)
def test_a_trial_ends_at_the_same_time_of_the_thirtieth_day(started: str, ends: str) -> None:
    """A5, R7: by the wall clock, over month ends, leap days and clock changes."""
    assert trial("SOLO", started).trial_ends_at == at(ends)


def test_bank_details_come_before_the_trial() -> None:
    """R8, special term 6: without them no trial begins."""
    refused = subscribe(SOLO, at("2026-11-23T10:15"), PARIS, 30, bank_details=False, had_trial=False)
    assert refused == Refused(Refusal.BANK_DETAILS_MISSING)


def test_the_trial_covers_what_the_chosen_formula_covers() -> None:
    """R9, special term 6: BUSINESS on trial covers five calendars."""
    ordered = trial("BUSINESS", "2026-11-23T10:15").ordered
    assert PRICES.tier(ordered, day("2026-11-24")).calendars == 5


def test_the_end_of_the_trial_charges_the_formula() -> None:
    """R10, A5, special term 6: at that instant, for a period that is counted in days from that day."""
    active, events = until(trial("SOLO", "2026-11-23T10:15"), "2026-12-23T10:15")
    ((charged_at, invoice),) = invoices(events)
    assert (charged_at, invoice.net, invoice.gross) == (at("2026-12-23T10:15"), euros("7.99"), euros("9.59"))
    assert active.state is State.ACTIVE
    assert active.period is not None
    assert (active.period.start, active.period.end) == (day("2026-12-23"), day("2027-01-23"))


def test_nothing_is_charged_a_moment_before() -> None:
    """R10: the trial runs to its last instant."""
    assert until(trial("SOLO", "2026-11-23T10:15"), "2026-12-23T10:14:59")[1] == ()


def test_a_change_in_the_trial_holds_at_once_and_is_charged_at_its_end() -> None:
    """A6, R9: SOLO on trial, ENTERPRISE on day 29: 39.99 and 8.00 of tax = 47.99 on day 30, and no pro rata."""
    solo, wanted = trial("SOLO", "2026-11-23T10:15"), Formula("ENTERPRISE", MONTH)
    changed = change(solo, wanted, at("2026-12-22T09:00"), PRICES)
    assert happened(changed) == (FormulaChanged(at("2026-12-22T09:00"), solo.ordered.formula, wanted),)
    assert PRICES.tier(done(changed).ordered, day("2026-12-22")).calendars == 50
    ((charged_at, invoice),) = invoices(until(done(changed), "2026-12-31")[1])
    assert charged_at == at("2026-12-23T10:15")
    assert (invoice.net, invoice.tax, invoice.gross) == (euros("39.99"), euros("8.00"), euros("47.99"))


def test_a_smaller_or_longer_formula_in_the_trial_holds_at_once_too() -> None:
    """A6: nothing was paid yet, so nothing has to wait."""
    changed = done(change(trial("BUSINESS", "2026-11-23"), Formula("SOLO", YEAR), at("2026-12-01"), PRICES))
    ((_, invoice),) = invoices(until(changed, "2026-12-31")[1])
    assert invoice.net == euros("75.00")


def test_who_cancels_in_the_trial_pays_nothing_and_keeps_it_to_its_end() -> None:
    """A6, R13: no charge; reminders go on until the trial is over."""
    cancelled = done(cancel(trial("SOLO", "2026-11-23T10:15"), at("2026-11-25")))
    assert pause(cancelled) is None
    ended, events = until(cancelled, "2027-12-31")
    assert events == (Ended(at("2026-12-23T10:15")),)
    assert invoices(events) == []
    assert (ended.state, pause(ended)) == (State.ENDED, Pause.SUBSCRIPTION_ENDED)


def test_a_first_charge_that_fails_pauses_reminders_and_is_tried_again() -> None:
    """A6, R10: past due with that reason, retried 1, 3, 7, 14 and 21 days later; payment brings all back."""
    active, _ = until(trial("SOLO", "2026-11-23T10:15"), "2026-12-23T10:15")
    unpaid = declined(active, day("2026-12-23"), at("2026-12-23T10:16"), hopeless=False)
    assert (unpaid.state, pause(unpaid)) == (State.PAST_DUE, Pause.TRIAL_UNPAID)
    _, events = until(unpaid, "2027-01-20")
    assert [each.at for each in events] == [
        at(f"{when}T10:16") for when in ("2026-12-24", "2026-12-26", "2026-12-30", "2027-01-06", "2027-01-13")
    ]
    settled, _ = paid(unpaid, at("2026-12-24T10:16"), PRICES)
    assert (settled.state, pause(settled)) == (State.ACTIVE, None)


def test_a_legal_entity_has_one_trial() -> None:
    """A6, R7: a second subscription is charged from its first instant."""
    begun = subscribe(SOLO, at("2026-11-23T10:15"), PARIS, 30, bank_details=True, had_trial=True)
    assert isinstance(begun, Subscription)
    _, events = until(begun, "2026-11-23T10:15")
    assert [type(each) for each in events] == [PeriodStarted]


def test_a_trial_without_credit_sends_no_reminder() -> None:
    """A6, R14: a reminder needs a pack; free test units are for email and do not pay for it."""
    test_units = Lot(1, LotKind.TEST, 10, at("2027-11-23"))
    assert draw([], 1, at("2026-11-24"), Origin.CALENDAR) is None
    assert draw([test_units], 1, at("2026-11-24"), Origin.CALENDAR) is None
