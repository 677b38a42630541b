"""The stage of a scenario: the rooms at work on a scratch database, under a clock that the play moves."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.app.commands import Occasion, change_named, run
from gateway.billing import alerts, lots, penalties, revisions
from gateway.billing.attempts import JOBS as COLLECTIONS
from gateway.billing.collecting import Collector
from gateway.billing.dates import ACTS
from gateway.billing.invoice_tables import collection_job
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.port import PaymentGateway
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.tables import sandbox_charge
from gateway.billing.renewing import Renewals
from gateway.billing.rules import BillingRules
from gateway.billing.running import next_due
from gateway.billing.selling_tables import postpaid_agreement
from gateway.billing.tables import credit_lot
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.carriers.sandbox import SandboxCarrier
from gateway.sms.dispatch import Dispatcher
from gateway.sms.jobs import JOBS
from gateway.sms.policy import Rules
from gateway.sms.tables import job

_ACTOR = "simulation"

Work = Callable[[], Awaitable[Any]]


class PlayClock:
    """Tells the instant that the play has come to."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """The instant that the play has come to."""
        return self._instant

    def move_to(self, instant: datetime) -> None:
        """Go on; a clock on a stage goes back for nobody."""
        self._instant = max(self._instant, instant)


@dataclass(frozen=True, slots=True)
class Stage:
    """An open engine with the rules of the play."""

    engine: Engine
    settings: Settings
    rules: Rules
    billing: BillingRules

    async def do(self, command: str, arguments: dict[str, Any]) -> Any:
        """Give a command, as an admin would; ``Refused`` says why not."""
        change = change_named(command)
        occasion = Occasion(self.engine.stamp(), _ACTOR, self.settings, self.rules, self.billing)
        return await self.engine.write(lambda connection: run(change.function, connection, occasion, arguments))

    async def settle(self) -> None:
        """Have every room do what is due, until nothing is."""
        work = self._work()
        while any([await each() for each in work]):
            pass

    async def next_due(self) -> datetime | None:
        """The next instant at which time does something; None when only people can."""
        return await self.engine.read(partial(_next_due, rules=self.billing, now=self.engine.clock.now()))

    def _work(self) -> Sequence[Work]:
        engine, rules = self.engine, self.billing
        sandbox = SandboxGateway(engine, secrets.token_bytes(32))
        gateways: dict[str, PaymentGateway] = {each.name: each for each in (sandbox, ManualGateway(engine))}
        collector = Collector(engine, rules, gateways)
        dispatcher = Dispatcher(engine, SandboxCarrier(engine), self.rules)
        return [
            self._beat,
            *(partial(dispatcher.dispatch_once, lane) for lane in dispatcher.lanes),
            dispatcher.collect_once,
            Renewals(engine, rules).run_once,
            collector.run_once,
            partial(sandbox.tell, partial(collector.hear, sandbox.name)),
        ]

    async def _beat(self) -> bool:
        """What the worker does by the clock, in one transaction; whether there was anything."""
        stamp = self.engine.stamp()

        def unit(connection: Connection) -> bool:
            freed = JOBS.reap(connection, stamp.now) + COLLECTIONS.reap(connection, stamp.now)
            acted = [act(connection, stamp, self.billing) for act in ACTS]
            return bool(freed or lots.expire(connection, stamp) or any(acted))

        return await self.engine.write(unit)


def _next_due(connection: Connection, *, rules: BillingRules, now: datetime) -> datetime | None:
    waiting = (
        select(func.min(job.c.parked_until)),
        select(func.min(collection_job.c.parked_until)),
        select(func.min(sandbox_charge.c.ends_at)).where(sandbox_charge.c.told_at.is_(None)),
        select(func.min(postpaid_agreement.c.next_invoice_at)),
        select(func.min(credit_lot.c.expires_at)).where(credit_lot.c.units_left > 0),
    )
    dues = [
        next_due(connection),
        penalties.next_suspension(connection, rules, now),
        revisions.next_adjustment(connection, rules),
        alerts.next_warning(connection, now, rules),
    ]
    dues += [connection.scalar(each) for each in waiting]
    return min((each for each in dues if each is not None and each > now), default=None)
