"""Takes the money of invoices: asks providers outside any transaction, hears what they tell by themselves."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from gateway.billing.asking import Answer, How, Question, record, write_down
from gateway.billing.attempts import JOBS, under_key
from gateway.billing.invoice_tables import webhook_seen
from gateway.billing.letters import TOPIC as LETTERS_TOPIC
from gateway.billing.payments.outcomes import ChargeOutcome, Declined, Unknown
from gateway.billing.payments.port import PaymentGateway, PaymentMisuse
from gateway.billing.payments.settlement import concerns
from gateway.billing.payments.webhooks import ChargeNews, PaymentEvent, SetupNews
from gateway.billing.rules import BillingRules
from gateway.billing.setups import BankDetails
from gateway.billing.telling import tell
from gateway.engine.database import Engine, Stamp
from gateway.engine.upsert import insert_or

log = logging.getLogger(__name__)

#: What a withdrawal ends in where the provider never heard of the request.
_NEVER_ASKED = Declined("never_asked", hard=False)

BATCH = 20
LEASE = timedelta(minutes=10)  # longer than a provider may keep us waiting


class Collector:
    """Works off the attempts whose turn it is."""

    def __init__(self, engine: Engine, rules: BillingRules, gateways: Mapping[str, PaymentGateway]) -> None:
        """``gateways``: by the name under which bank details name them."""
        self._engine = engine
        self._rules = rules
        self._gateways = gateways
        self._details = BankDetails(engine, rules, gateways)

    async def run_once(self) -> int:
        """Ask about a batch of attempts; how many there were.

        The request is on disk before anybody is asked. A crash in between leaves an attempt that is looked up first.
        """
        engine, now = self._engine, self._engine.clock.now()
        claim = partial(JOBS.claim, worker=engine.node, now=now, lease=LEASE, limit=BATCH)
        claims = await engine.write(claim, urgent=True)
        if not claims:
            return 0
        questions = await engine.write(
            partial(write_down, stamp=engine.stamp(), rules=self._rules, claims=claims), urgent=True
        )
        answers = [each for each in await asyncio.gather(*map(self._answer, questions)) if each]
        recorded = partial(record, stamp=engine.stamp(), rules=self._rules, answers=answers)
        await engine.write(recorded, urgent=True, wakes=(LETTERS_TOPIC,))
        return len(claims)

    async def hear(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take in a webhook; twice is once. Raises ``WebhookRefused`` for one that the provider did not send now."""
        event = self._gateways[provider].read_webhook(headers, body, self._engine.clock.now())
        unit = partial(take_in, stamp=self._engine.stamp(), rules=self._rules, provider=provider, event=event)
        await self._engine.write(unit, wakes=(LETTERS_TOPIC,))
        if isinstance(event.news, SetupNews):
            await self._details.finish(provider, event.news.reference)

    async def _answer(self, question: Question) -> Answer | None:
        try:
            return Answer(question, await _ask(self._gateways[question.provider], question))
        except (PaymentMisuse, KeyError) as error:
            log.error("a provider cannot be asked: %s", type(error).__name__)  # again when the lease is over
            return None


def take_in(connection: Connection, stamp: Stamp, rules: BillingRules, provider: str, event: PaymentEvent) -> bool:
    """Act on what a provider told, in the transaction that remembers it; whether it changed anything."""
    seen = (
        insert_or(connection, webhook_seen)
        .values(provider=provider, event_id=event.event_id, seen_at=stamp.now)
        .on_conflict_do_nothing()
        .returning(webhook_seen.c.event_id)
    )
    if connection.execute(seen).one_or_none() is None or not isinstance(event.news, ChargeNews):
        return False
    attempt = under_key(connection, event.news.key)
    if attempt is None or attempt.provider != provider:
        return False
    if not concerns(event.news, attempt.collection_key, attempt.amount):
        return False
    return tell(connection, stamp, rules, key=event.news.key, outcome=event.news.outcome)


async def _ask(gateway: PaymentGateway, question: Question) -> ChargeOutcome:
    request = question.request
    if question.how is How.WITHDRAW:
        stands = await gateway.withdraw(request.customer_ref, request.key)
        return _NEVER_ASKED if isinstance(stands, Unknown) else stands
    if question.how is How.LOOKUP:
        known = await gateway.lookup(request.customer_ref, request.key)
        if not isinstance(known, Unknown):
            return known
    return await gateway.charge(request)
