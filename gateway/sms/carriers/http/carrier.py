"""The carrier that speaks HTTP: it asks as a dialect says, and tells the outcomes apart."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from gateway.engine.clock import Clock
from gateway.sms.carriers.http.dialect import AccountTrouble, Dialect, HttpAnswer, HttpRequest
from gateway.sms.carriers.http.exchange import Exchange, NotWritten, Reply, Unanswered
from gateway.sms.carriers.http.settings import Terms
from gateway.sms.carriers.port import Inbox, InDoubt, NotSent, Outcome, OutgoingSms, Taken

log = logging.getLogger(__name__)

Ask = Callable[[HttpRequest], Awaitable[Reply]]


class History(Protocol):
    """What a provider keeps for us to fetch."""

    async def collect(self, ask: Ask, inbox: Inbox) -> int:
        """Hand in what is new, and say how much."""
        ...


class HttpCarrier:
    """One account at one provider."""

    def __init__(self, terms: Terms, dialect: Dialect, clock: Clock, history: History | None = None) -> None:
        self.name = terms.name
        self.at_once = terms.timing.window
        self.deduplicates = dialect.deduplicates
        self.validity = terms.tries_for
        self._dialect = dialect
        self._clock = clock
        self._history = history
        self._exchange = Exchange(terms.timing)
        self._trouble: str | None = None

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand one SMS over."""
        reply = await self._exchange.ask(self._dialect.request(sms, self._clock.now()))
        match reply:
            case NotWritten(why):
                # no place in the window: the provider is well, and this was no attempt
                return NotSent(why, throttled=why == "window")
            case Unanswered(why):
                return InDoubt(why)
            case HttpAnswer():
                return self._outcome(sms, reply)

    async def collect(self, inbox: Inbox) -> int:
        """Hand in what the provider keeps for us, where it keeps anything."""
        return await self._history.collect(self._exchange.ask, inbox) if self._history else 0

    async def run(self, inbox: Inbox) -> None:
        """There is no link to keep up: receipts and answers come to the web server."""

    async def close(self) -> None:
        """Wait for the answers that are due."""
        await self._exchange.close()

    def _outcome(self, sms: OutgoingSms, answer: HttpAnswer) -> Outcome:
        verdict = self._dialect.verdict(sms, answer)
        if isinstance(verdict, AccountTrouble):
            self._tell(verdict.code)
            return NotSent(verdict.code)
        if isinstance(verdict, Taken):
            self._trouble = None
        return verdict

    def _tell(self, code: str) -> None:
        """Once, until something is taken again: a batch that meets it is one trouble."""
        if code != self._trouble:
            log.error("carrier %s wants nothing of this account: %s", self.name, code)
        self._trouble = code
