"""What the calendar does to clients: months to invoice, prices that take effect, service that stops, warnings."""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from gateway.billing.alerts import warn
from gateway.billing.attempts import TOPIC as COLLECTIONS_TOPIC
from gateway.billing.letters import TOPIC as LETTERS_TOPIC
from gateway.billing.penalties import suspend_late
from gateway.billing.postpaid import invoice_due
from gateway.billing.revisions import adjust_due
from gateway.billing.rules import BillingRules
from gateway.billing.top_ups import top_up
from gateway.engine.database import Engine, Stamp
from plans.dated import NotInForce

log = logging.getLogger(__name__)

_Act = Callable[[Connection, Stamp, BillingRules], Any]

#: Each takes a batch, and returns how many it did or a list of them; nothing means that nothing more is due.
ACTS: tuple[_Act, ...] = (invoice_due, adjust_due, suspend_late, top_up, warn)


class Dates:
    """Does what is due, act by act, each batch in a transaction of its own."""

    def __init__(self, engine: Engine, rules: BillingRules) -> None:
        self._engine = engine
        self._rules = rules

    async def keep(self) -> None:
        """Do everything that is due; an act that lacks a rule is said to wait, and holds up no other."""
        for act in ACTS:
            try:
                while await self._batch(act):
                    pass
            except NotInForce:
                log.error("%s waits for a rule that is missing: `gateway catalogue check` names it", act.__name__)

    async def _batch(self, act: _Act) -> bool:
        stamp = self._engine.stamp()
        return await self._engine.write(
            lambda connection: bool(act(connection, stamp, self._rules)), wakes=(COLLECTIONS_TOPIC, LETTERS_TOPIC)
        )
