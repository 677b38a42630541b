"""The laws of time on subscriptions: one step or a thousand, in order, never twice."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from plans.arrears import declined, paid
from plans.changes import cancel, change, switch_to_year
from plans.money import NOTHING
from plans.periods import Interval
from plans.prices import Formula
from plans.refusals import Refused
from plans.renewal import advance, next_at, step
from plans.subscription import Ended, Event, PeriodStarted, State, Step, Subscription, pause
from tests.terms.shop import CONDITIONS, PARIS, PRICES, at, done, invoices, trial

TERMS = CONDITIONS.payment
START = "2027-01-31T10:15"  # before a short month, both clock changes and a leap day
formulas = st.builds(Formula, st.sampled_from(["SOLO", "BUSINESS", "ENTERPRISE"]), st.sampled_from(Interval))


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    """A subscription with something in its way: changed, cancelled or in arrears."""
    chosen = draw(formulas)
    subscription = trial(chosen.tier, START, chosen.interval)
    now = at(START) + timedelta(days=draw(st.integers(0, 500)))
    subscription, _ = advance(subscription, now, PRICES, TERMS)
    wish = draw(st.sampled_from(["none", "change", "cancel", "decline", "decline and cancel"]))
    if wish == "change":
        changed = change(subscription, draw(formulas), now, PRICES)
        subscription = subscription if isinstance(changed, Refused) else changed[0]
    if "decline" in wish and subscription.period:
        hopeless = draw(st.booleans())
        subscription = declined(subscription, subscription.period.start, now, hopeless=hopeless)
    return done(cancel(subscription, now)) if "cancel" in wish else subscription


@given(subscription=subscriptions(), cuts=st.lists(st.integers(0, 1200 * 24 * 60), max_size=40))
def test_the_clock_may_move_in_one_step_or_in_many(subscription: Subscription, cuts: list[int]) -> None:
    """Advanced in pieces of any length, a subscription ends up the same, by the same events."""
    start, end = at(START) + timedelta(days=500), at(START) + timedelta(days=1700)
    moments = [start + timedelta(minutes=cut) for cut in sorted(cuts)] + [end]
    piecewise, seen = subscription, list[Event]()
    for moment in moments:
        piecewise, events = advance(piecewise, moment, PRICES, TERMS)
        seen += events
    assert (piecewise, tuple(seen)) == advance(subscription, end, PRICES, TERMS)


@given(subscription=subscriptions())
def test_time_does_one_thing_at_a_time_and_never_goes_back(subscription: Subscription) -> None:
    end = at(START) + timedelta(days=2000)
    dues = []
    while (due := next_at(subscription, TERMS)) is not None and due <= end:
        subscription, events = step(subscription, PRICES, TERMS)
        assert {event.at for event in events} == {due}
        dues.append(due)
    assert all(earlier <= later for earlier, later in pairwise(dues))


@given(subscription=subscriptions())
def test_advancing_to_the_same_instant_again_does_nothing(subscription: Subscription) -> None:
    end = at(START) + timedelta(days=1000)
    advanced, _ = advance(subscription, end, PRICES, TERMS)
    assert advance(advanced, end, PRICES, TERMS) == (advanced, ())


def test_an_ended_subscription_is_left_alone_by_time() -> None:
    ended, _ = advance(done(cancel(trial("SOLO", START), at(START))), at("2028-01-01"), PRICES, TERMS)
    assert next_at(ended, TERMS) is None
    assert step(ended, PRICES, TERMS) == (ended, ())


def test_a_payment_for_what_has_ended_starts_nothing() -> None:
    """The open invoice may still be paid after the end."""
    ended, _ = advance(done(cancel(trial("SOLO", START), at(START))), at("2028-01-01"), PRICES, TERMS)
    settled, events = paid(ended, at("2028-01-02"), PRICES)
    assert (settled.state, events) == (State.ENDED, ())


class Life(RuleBasedStateMachine):
    """A client does what it likes, the bank too, and time passes."""

    @initialize(chosen=formulas)
    def begin(self, chosen: Formula) -> None:
        self.now = at(START)
        self.subscription = trial(chosen.tier, START, chosen.interval)
        self.events: list[Event] = []

    @rule(hours=st.integers(1, 24 * 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._take(advance(self.subscription, self.now, PRICES, TERMS))

    @rule(wanted=formulas, now=st.booleans())
    def choose(self, wanted: Formula, now: bool) -> None:
        above = NOTHING if now else None
        self._take(change(self.subscription, wanted, self.now, PRICES, invoice_above=above))

    @rule()
    def switch(self) -> None:
        self._take(switch_to_year(self.subscription, self.now, PRICES))

    @rule()
    def leave(self) -> None:
        self._take(cancel(self.subscription, self.now))

    @precondition(lambda self: self.subscription.state in {State.ACTIVE, State.PAST_DUE})
    @rule(hopeless=st.booleans())
    def decline(self, hopeless: bool) -> None:
        today = self.now.astimezone(PARIS).date()
        self.subscription = declined(self.subscription, today, self.now, hopeless=hopeless)

    @rule()
    def pay(self) -> None:
        self._take(paid(self.subscription, self.now, PRICES))

    @invariant()
    def periods_never_overlap(self) -> None:
        """Nobody pays a day twice, unless the unused rest of it was taken off."""
        started = [event for event in self.events if isinstance(event, PeriodStarted)]
        for earlier, later in pairwise(started):
            assert earlier.period.end <= later.period.start or later.unused is not None

    @invariant()
    def it_ends_once_and_nothing_follows(self) -> None:
        ends = [place for place, event in enumerate(self.events) if isinstance(event, Ended)]
        assert ends == ([len(self.events) - 1] if self.subscription.ended else [])

    @invariant()
    def no_invoice_is_below_zero_and_none_forgets_a_change(self) -> None:
        for _, invoice in invoices(tuple(self.events)):
            assert invoice.due >= NOTHING
        if self.subscription.ended:
            assert self.subscription.changes == ()

    @invariant()
    def events_come_in_the_order_of_time(self) -> None:
        instants: list[datetime] = [event.at for event in self.events]
        assert instants == sorted(instants)

    @invariant()
    def reminders_run_unless_something_is_owed_or_over(self) -> None:
        if pause(self.subscription):
            assert self.subscription.state in {State.PAST_DUE, State.ENDED}

    def _take(self, outcome: Step | Refused) -> None:
        if isinstance(outcome, Refused):
            return
        self.subscription, events = outcome
        self.events += events


TestLife = Life.TestCase
