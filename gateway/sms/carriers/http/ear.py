"""Takes in what a provider delivers: proven first, kept before it is answered, and the same twice only once."""

from gateway.engine.clock import Clock
from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault, Guard
from gateway.sms.carriers.http.dialect import Dialect
from gateway.sms.carriers.port import Inbox

#: Deliveries that are known again; the oldest is forgotten first.
_MOST = 10_000


class Ear:
    """Hears one provider.

    What comes again is known for a while in this process, and is told to whoever reads the log. In the long run, and
    in other processes, nothing depends on that: a receipt moves a message once, and an SMS has one name.
    """

    def __init__(self, guard: Guard, dialect: Dialect, inbox: Inbox, clock: Clock) -> None:
        self._guard = guard
        self._dialect = dialect
        self._inbox = inbox
        self._clock = clock
        self._heard: dict[bytes, None] = {}

    async def hear(self, delivery: Delivery) -> None:
        """Return when it is on disk. Raises ``DeliveryRefused``, and whatever the inbox does."""
        self._guard.check(delivery)
        news = self._dialect.news(delivery, self._clock.now())
        mark = delivery.mark()
        if mark in self._heard:
            raise DeliveryRefused(Fault.REPLAYED)
        if news.receipts:
            await self._inbox.receipts(news.receipts)
        if news.inbound:
            await self._inbox.inbound(news.inbound)
        self._remember(mark)

    def _remember(self, mark: bytes) -> None:
        self._heard[mark] = None
        if len(self._heard) > _MOST:
            del self._heard[next(iter(self._heard))]
