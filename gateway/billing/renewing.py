"""What time does to all subscriptions: batches of those that are due, each batch in one transaction."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from gateway.billing.attempts import TOPIC as COLLECTIONS_TOPIC
from gateway.billing.customers import Customer, customers
from gateway.billing.events import Happened, act_on, orders_of
from gateway.billing.letters import TOPIC as LETTERS_TOPIC
from gateway.billing.rules import BillingRules
from gateway.billing.running import Running, due, put_off, save
from gateway.engine.database import Engine, Stamp
from plans import renewal
from plans.dated import NotInForce

log = logging.getLogger(__name__)

TOPIC = "subscriptions"
BATCH = 500
_PUT_OFF = timedelta(hours=1)


class Renewals:
    """Advances the subscriptions that are due."""

    def __init__(self, engine: Engine, rules: BillingRules) -> None:
        self._engine = engine
        self._rules = rules

    async def run_once(self) -> int:
        """Advance a batch; how many subscriptions it had."""
        unit = partial(advance_due, stamp=self._engine.stamp(), rules=self._rules)
        return await self._engine.write(unit, wakes=(COLLECTIONS_TOPIC, LETTERS_TOPIC))


def advance_due(connection: Connection, stamp: Stamp, rules: BillingRules, limit: int = BATCH) -> int:
    """Do the next thing that time does to each of up to ``limit`` subscriptions that are due; returns how many.

    Invoices, attempts to take their money and the subscriptions are written together, so that a kill loses nothing
    and repeats nothing. Of several runs at once, each takes rows that no other holds.
    """
    rows = due(connection, stamp.now, limit)
    people = customers(connection, rules, {each.account_id for each in rows})
    stepped = (_stepped(connection, stamp, rules, each, people[each.account_id]) for each in rows)
    happened = [each for each in stepped if each]
    act_on(connection, stamp, rules, happened)
    save(connection, rules, stamp.now, [each.running for each in happened])
    return len(rows)


def _stepped(
    connection: Connection, stamp: Stamp, rules: BillingRules, row: Running, client: Customer
) -> Happened | None:
    """The next event; None where a rule for it is missing: then this client waits, and no other one."""
    try:
        terms = rules.conditions(rules.today(stamp.now)).payment
        value, events = renewal.step(row.value, client.prices, terms)
        happened = Happened(client, replace(row, value=value), events)
        orders_of(happened, rules, rules.today(stamp.now))
    except NotInForce:
        log.error("a subscription waits for a rule that is missing: `gateway catalogue check` names it")
        put_off(connection, row, stamp.now + _PUT_OFF)
        return None
    return happened
