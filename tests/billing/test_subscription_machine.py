"""Whatever clients, banks and time do to subscriptions, in any order: the invoices stay right, on a real database."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, delete, func, select

from gateway.accounts.refusals import Refused
from gateway.app.schema import METADATA
from gateway.billing.attempts import JOBS
from gateway.billing.collecting import Collector
from gateway.billing.invoice_tables import collection, collection_job, invoice, invoice_series, payment
from gateway.billing.invoicing import credit
from gateway.billing.issued import Issued, of_account, outstanding
from gateway.billing.methods import note_method
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.tables import sandbox_charge
from gateway.billing.payments.words import Standing
from gateway.billing.renewing import advance_due
from gateway.billing.running import latest, next_due
from gateway.billing.settling import Receipt, pay
from gateway.billing.subscriptions import Cancel, Change, Outcome, Subscribe, Wish, apply, preview
from gateway.billing.words import CollectionState, InvoiceKind, InvoiceState
from gateway.engine.database import open_engine
from gateway.engine.processes import process
from plans.invoices import problems
from plans.money import NOTHING
from plans.orders import PaymentMeans
from plans.periods import Interval
from plans.prices import Formula
from tests.billing.buyers import RULES, buyer, card
from tests.clock import StoppedClock

T = TypeVar("T")

formulas = st.builds(Formula, st.sampled_from(["SOLO", "BUSINESS", "ENTERPRISE"]), st.sampled_from(Interval))
wishes = st.one_of(
    st.builds(Subscribe, formulas),
    st.builds(Change, formulas, st.booleans()),
    st.just(Cancel()),
)
who = st.integers(0, 1)


class Shop(RuleBasedStateMachine):
    """Two clients, a bank, and whoever renews and collects."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.clock = StoppedClock()
        self.receipts = 0
        self.run(self._open())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Take a step on the loop that the engine belongs to."""
        return self.runner.run(step)

    async def _open(self) -> None:
        self.engine = await self.stack.enter_async_context(open_engine(self.url, self.clock))
        self.bank = SandboxGateway(self.engine, b"secret")
        self.collector = Collector(self.engine, RULES, {"sandbox": self.bank})

        def unit(connection: Connection) -> list[int]:
            for table in METADATA.sorted_tables:
                if table is not process:
                    connection.execute(delete(table))
            stamp = self.engine.stamp()
            accounts = [buyer(connection, stamp, slug) for slug in ("alice", "bob")]
            note_method(connection, stamp, accounts[0], card(accounts[0]))
            return accounts

        self.accounts = await self.engine.write(unit)

    def teardown(self) -> None:
        """Let a year pass, look once more, and close."""
        self.time_passes(timedelta(days=400))
        self.the_books_are_right()
        self.run(self.stack.aclose())
        self.runner.close()

    @rule(client=who, ending=st.sampled_from(["42", "42", "90", "91", "92", "93", "94", "95", "96"]))
    def give_a_card(self, client: int, ending: str) -> None:
        account_id = self.accounts[client]
        self.run(self.engine.write(lambda c: note_method(c, self.engine.stamp(), account_id, card(account_id, ending))))

    @rule(client=who, wish=wishes)
    def wish(self, client: int, wish: Wish) -> None:
        """The preview says what is done, or refuses it alike; what is invoiced next is what was foreseen."""
        account_id, now = self.accounts[client], self.clock.now()
        before = self.documents(account_id)

        def foresee(connection: Connection) -> Outcome:
            return preview(connection, now, RULES, account_id=account_id, wish=wish)

        def do(connection: Connection) -> Outcome:
            return apply(connection, self.engine.stamp(), RULES, account_id=account_id, wish=wish)

        foreseen = self.attempt(self.engine.read(foresee))
        assert self.attempt(self.engine.write(do)) == foreseen
        added = self.documents(account_id)[len(before) :]
        assert tuple(each.document for each in added) == (foreseen.invoices if isinstance(foreseen, Outcome) else ())

    @rule(by=st.sampled_from([timedelta(hours=3), timedelta(days=1), timedelta(days=13), timedelta(days=31)]))
    def time_passes(self, by: timedelta) -> None:
        """Stop wherever something falls due, renew, collect and hear the bank."""
        until = self.clock.now() + by
        while (due := self.run(self.engine.read(next_due))) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()))
            self.run(self.engine.write(lambda c: advance_due(c, self.engine.stamp(), RULES)))
            self.collect()
        self.clock.set(until)
        self.collect()

    @rule()
    def collect(self) -> None:
        async def work() -> None:
            await self.engine.write(lambda connection: JOBS.reap(connection, self.clock.now()))
            while await self.collector.run_once():
                pass
            await self.bank.tell(lambda headers, body: self.collector.hear("sandbox", headers, body))

        self.run(work())

    @rule(client=who, place=st.integers(0, 5), again=st.booleans())
    def a_transfer_comes(self, client: int, place: int, again: bool) -> None:
        documents = [each for each in self.documents(self.accounts[client]) if each.state is InvoiceState.OPEN]
        if not documents:
            return
        one = documents[place % len(documents)]
        self.receipts += not again
        amount = self.run(self.engine.read(lambda c: outstanding(c, one)))
        receipt = Receipt(
            one.account_id, one.invoice_id, PaymentMeans.TRANSFER, f"{self.receipts}", amount, self.clock.now()
        )
        self.run(self.engine.write(lambda c: pay(c, self.engine.stamp(), RULES, receipt)))

    @rule(client=who, place=st.integers(0, 5))
    def an_invoice_was_wrong(self, client: int, place: int) -> None:
        documents = [each for each in self.documents(self.accounts[client]) if each.kind is InvoiceKind.INVOICE]
        if documents:
            one = documents[place % len(documents)]
            give_back = partial(credit, account_id=one.account_id, invoice_id=one.invoice_id, key=f"credit {one.name}")
            self.run(self.engine.write(lambda c: give_back(c, self.engine.stamp(), RULES)))

    @invariant()
    def the_books_are_right(self) -> None:
        self.run(self.engine.read(self._check))

    def _check(self, connection: Connection) -> None:
        for account_id in self.accounts:
            documents = list(of_account(connection, account_id))
            for each in documents:
                assert problems(each.document, is_credit=each.kind is InvoiceKind.CREDIT_NOTE) == ()
                if each.kind is InvoiceKind.INVOICE:
                    assert (each.state is InvoiceState.OPEN) == (outstanding(connection, each) > NOTHING)
            begun = latest(connection, account_id)
            assert begun is None or begun.value.arrears is None or begun.value.state.value == "past_due"
        self._numbers_have_no_gap(connection)
        self._money_is_taken_once(connection)

    def _numbers_have_no_gap(self, connection: Connection) -> None:
        row = invoice.c
        drawn = select(row.series, func.count(), func.min(row.number), func.max(row.number)).group_by(row.series)
        for series, count, first, last in connection.execute(drawn):
            known = select(invoice_series.c.last_number).where(invoice_series.c.series == series)
            assert (first, last, connection.scalar(known)) == (1, count, count)

    def _money_is_taken_once(self, connection: Connection) -> None:
        row = collection.c
        waiting = select(func.count()).where(row.state.in_([CollectionState.WAITING, CollectionState.ASKED]))
        jobs = connection.scalar(select(func.count()).select_from(collection_job))
        assert int(connection.scalar(waiting) or 0) <= int(jobs or 0)
        charged = select(row.invoice_id, sandbox_charge.c.charge_key).join(
            sandbox_charge, sandbox_charge.c.charge_key == row.collection_key
        )
        paid = charged.where(sandbox_charge.c.standing == Standing.PAID)
        by_card = Counter(invoice_id for invoice_id, _ in connection.execute(paid))
        assert all(count == 1 for count in by_card.values())
        refs = connection.scalars(select(payment.c.ref)).all()
        assert len(refs) == len(set(refs))

    def documents(self, account_id: int) -> list[Issued]:
        """What was issued to a client."""
        return self.run(self.engine.read(lambda connection: list(of_account(connection, account_id))))

    def attempt(self, step: Coroutine[Any, Any, T]) -> T | str:
        """What comes of a step, or the words that refuse it."""
        try:
            return self.run(step)
        except Refused as refused:
            return refused.text


def test_the_invoices_stay_right(database_url: str) -> None:
    shop = type("AnyShop", (Shop,), {"url": database_url})
    run_state_machine_as_test(
        shop,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
