"""Bank details from clients: asked for at a provider, written down when the client has given them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection, insert, select, update

from gateway.accounts.refusals import Refused
from gateway.billing.attempts import TOPIC as COLLECTIONS_TOPIC
from gateway.billing.attempts import open_attempts, uncollected
from gateway.billing.customers import customer
from gateway.billing.invoice_tables import payment_setup
from gateway.billing.methods import Method, note_method
from gateway.billing.payments.outcomes import ClientStep, InDoubt, PaymentMethod, SetupOutcome
from gateway.billing.payments.port import Payer, PaymentGateway
from gateway.billing.rules import BillingRules
from gateway.billing.running import hold, running, save
from gateway.engine.database import Engine, Stamp
from plans import arrears
from plans.orders import PaymentMeans


@dataclass(frozen=True, slots=True)
class Setup:
    """A question for bank details that is open."""

    provider: str
    customer_ref: str
    reference: str


class BankDetails:
    """Asks clients for bank details, before a trial and whenever they change (terms, special term 6)."""

    def __init__(self, engine: Engine, rules: BillingRules, gateways: Mapping[str, PaymentGateway]) -> None:
        self._engine = engine
        self._rules = rules
        self._gateways = gateways

    async def begin(self, account_id: int, provider: str) -> ClientStep:
        """What the client has to do; ``Refused`` where the provider does not answer or is not one of ours."""
        gateway = self._gateway(provider)
        client = await self._engine.read(partial(customer, rules=self._rules, account_id=account_id))
        known = await gateway.register(Payer(str(account_id), client.profile.legal_name, client.profile.email))
        stamp = self._engine.stamp()
        key = f"setup {stamp.new_id()}"
        step = known if isinstance(known, InDoubt) else await gateway.begin_setup(known.customer_ref, key)
        if isinstance(known, InDoubt) or isinstance(step, InDoubt):
            raise Refused(f"{provider} does not answer.", "Try again in a minute.")
        setup = Setup(provider, known.customer_ref, step.reference)
        await self._engine.write(partial(note_setup, stamp=stamp, account_id=account_id, setup=setup))
        return step

    async def finish(self, provider: str, reference: str) -> SetupOutcome:
        """What became of it; bank details that were given are the ones charged from now on."""
        outcome = await self._gateway(provider).finish_setup(reference)
        if isinstance(outcome, PaymentMethod):
            stamp = self._engine.stamp()
            take_in = partial(take_in_details, stamp=stamp, rules=self._rules, provider=provider, given=outcome)
            await self._engine.write(partial(take_in, reference=reference), wakes=(COLLECTIONS_TOPIC,))
        return outcome

    def _gateway(self, provider: str) -> PaymentGateway:
        if provider not in self._gateways:
            raise Refused(f"There is no way of paying {provider!r}.", f"Choose one of {', '.join(self._gateways)}.")
        return self._gateways[provider]


def note_setup(connection: Connection, stamp: Stamp, account_id: int, setup: Setup) -> None:
    """Write down that a client was asked for bank details at a provider."""
    values = {name: getattr(setup, name) for name in Setup.__dataclass_fields__}
    connection.execute(
        insert(payment_setup).values(account_id=account_id, setup_id=stamp.new_id(), begun_at=stamp.now, **values)
    )


def open_setup(connection: Connection, account_id: int) -> Setup | None:
    """What a client was asked for last and has not given yet."""
    row = payment_setup.c
    fields = (row[name] for name in Setup.__dataclass_fields__)
    newest = select(*fields).where(row.account_id == account_id, row.finished_at.is_(None))
    found = connection.execute(newest.order_by(row.setup_id.desc()).limit(1)).one_or_none()
    return Setup(*found) if found else None


def take_in_details(
    connection: Connection, *, stamp: Stamp, rules: BillingRules, provider: str, reference: str, given: PaymentMethod
) -> bool:
    """Write down the bank details of a setup, once; whether they are new."""
    row = payment_setup.c
    which = (row.provider == provider, row.reference == reference, row.finished_at.is_(None))
    finished = update(payment_setup).where(*which).values(finished_at=stamp.now)
    found = connection.execute(finished.returning(row.account_id, row.customer_ref)).one_or_none()
    if found is None:
        return False
    means = PaymentMeans(given.method_ref) if given.method_ref in set(PaymentMeans) else PaymentMeans.CARD
    method = Method(provider, found.customer_ref, given.method_ref, given.label, means)
    take_method(connection, stamp, rules, found.account_id, method)
    return True


def take_method(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int, method: Method) -> int:
    """Charge these bank details from now on, and at once for what others could not pay; returns how many invoices."""
    note_method(connection, stamp, account_id, method)
    hold(connection, account_id)
    runs = running(connection, account_id)
    if runs and runs.value.arrears:
        save(connection, rules, stamp.now, [replace(runs, value=arrears.new_details(runs.value))])
    return open_attempts(connection, stamp, uncollected(connection, account_id))
