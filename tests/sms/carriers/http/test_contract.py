"""The carriers over HTTP keep what every carrier must, with peers that speak the documented interfaces."""

from collections.abc import AsyncIterator, Sequence

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Carrier, Inbox
from tests.clock import StoppedClock
from tests.contracts.carrier import CarrierContract
from tests.peers.http_carriers.peer import REFUSED, THROTTLED, Peer
from tests.sms.carriers.http.steps import Account, Tables, connected, peer_of


class HttpContract(CarrierContract):
    """Receipts come to the web server: to collect is to have the peer deliver what is due, and then to fetch."""

    refused, not_sent = REFUSED, THROTTLED

    kind: str

    _account: Account[Peer]

    @pytest.fixture(autouse=True)
    async def _connected(self, tables: Tables, clock: StoppedClock) -> AsyncIterator[None]:
        async with connected(self.kind, peer_of(self.kind, clock), tables.of(self.kind), clock) as self._account:
            yield

    def carrier(self, engine: Engine) -> Carrier:
        del engine
        return self._account.carrier

    async def deliver(self, carrier: Carrier, references: Sequence[str]) -> None:
        assert carrier is self._account.carrier
        for each in references:
            self._account.peer.deliver(each)

    async def collect(self, carrier: Carrier, inbox: Inbox) -> int:
        door = self._account.door
        door.inbox = inbox
        taken = [each for each in await self._account.push_due() if each == 204]
        trouble, door.trouble = door.trouble, None
        if trouble:
            raise trouble
        return len(taken) + await carrier.collect(inbox)


class TestTwilio(HttpContract):
    """Twilio."""

    kind = "twilio"


class TestVonage(HttpContract):
    """Vonage."""

    kind = "vonage"


class TestSmsFactor(HttpContract):
    """SMSFactor."""

    kind = "smsfactor"


class TestOvh(HttpContract):
    """OVH."""

    kind = "ovh"


class TestAndroid(HttpContract):
    """A phone, by the description in the example."""

    kind = "http"
