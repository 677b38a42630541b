"""A carrier over HTTP, the peer that it speaks to, and the web server at which that delivers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from starlette.applications import Starlette

from gateway.engine.clock import Clock
from gateway.engine.writer import StorageUnavailable
from gateway.settings import read_config
from gateway.sms.carriers.http.kinds import http_carrier, http_ear
from gateway.sms.carriers.port import Carrier, InboundSms, Inbox, Receipt
from gateway.web.carriers import carrier_routes
from gateway.web.server import WebServer, bind
from plans.checked import Section
from tests.clock import StoppedClock
from tests.contracts.carrier import Kept
from tests.peers.http_carriers import android, ovh, smsfactor, twilio, vonage
from tests.peers.http_carriers.android import AndroidPeer
from tests.peers.http_carriers.ovh import OvhPeer
from tests.peers.http_carriers.peer import Peer, serving
from tests.peers.http_carriers.smsfactor import SmsFactorPeer
from tests.peers.http_carriers.twilio import TwilioPeer
from tests.peers.http_carriers.vonage import VonagePeer

P = TypeVar("P", bound=Peer)

Table = dict[str, Any]

PATH_SECRET = "path-secret-0123"

#: Nothing is to run out of time on a busy machine; tests that want it to say so.
PATIENT = {"window": 50, "connect_s": 5.0, "response_s": 20.0, "queue_s": 14.0, "drain_s": 10.0}


@dataclass
class Account(Generic[P]):
    """A carrier under way, its peer, and what it handed in."""

    carrier: Carrier
    peer: P
    clock: StoppedClock
    door: "Door"

    async def push_due(self) -> list[int]:
        """Have the peer deliver; the status of each delivery."""
        return await self.peer.push_due()


class Door:
    """The inbox behind the web server: another one may be put there; its trouble becomes that of a database."""

    def __init__(self) -> None:
        self.inbox: Inbox = Kept()
        self.trouble: ConnectionError | None = None

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Pass them on."""
        try:
            await self.inbox.receipts(receipts)
        except ConnectionError as error:
            self.trouble = error
            raise StorageUnavailable("away") from error

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Pass them on."""
        await self.inbox.inbound(messages)

    @property
    def kept(self) -> Kept:
        """What is kept of what came."""
        assert isinstance(self.inbox, Kept)
        return self.inbox


@asynccontextmanager
async def connected(kind: str, peer: P, table: Table, clock: StoppedClock) -> AsyncIterator[Account[P]]:
    """Both, and the web server; ``table`` says ``{url}`` where the peer's own address belongs."""
    door = Door()
    async with serving(peer) as url:
        section = Section(at(table, url), "carriers.one")
        listener = bind("127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ear = http_ear(kind, "one", section, clock, base_url=base_url, inbox=door)
        server = WebServer(Starlette(routes=carrier_routes({"one": ear.hear} if ear else {}, base_url)), listener)
        server.start()
        carrier = http_carrier(kind, "one", section, clock, base_url)
        peer.webhook = f"{base_url}/webhooks/sms/one" + (f"/{PATH_SECRET}" if "path_secret_file" in table else "")
        try:
            yield Account(carrier, peer, clock, door)
        finally:
            await carrier.close()
            await server.close()


class Tables:
    """The table of each kind, for its peer; secrets stand in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def secret(self, text: str) -> str:
        """A file with a secret."""
        path = self._folder / f"secret-{text}"
        path.write_text(f"{text}\n", encoding="utf-8")
        return str(path)

    def of(self, kind: str) -> Table:
        """The table of a kind."""
        table: Table = getattr(self, "android" if kind == "http" else kind)()
        return table

    def twilio(self, **more: Any) -> Table:
        """One account at Twilio."""
        token = self.secret(twilio.TOKEN)
        return _table(account_sid=twilio.ACCOUNT, auth_token_file=token, sender="+33644609999", api="{url}", **more)

    def vonage(self, **more: Any) -> Table:
        """One account at Vonage, which asked for signatures."""
        signing = {"signature_secret_file": self.secret(vonage.SIGNATURE_SECRET)}
        account = {"api_key": vonage.KEY, "api_secret_file": self.secret(vonage.SECRET), "sender": "+33644609999"}
        return _table(api="{url}", **account, **signing, **more)

    def smsfactor(self, **more: Any) -> Table:
        """One account at SMSFactor, whose webhooks have a signature."""
        secrets = {"token_file": self.secret(smsfactor.TOKEN), "signature_file": self.secret(smsfactor.SIGNATURE)}
        return _table(api="{url}", number="36111", **secrets, **more)

    def ovh(self, **more: Any) -> Table:
        """One SMS service at OVH."""
        secrets = {
            "application_secret_file": self.secret(ovh.APPLICATION_SECRET),
            "consumer_key_file": self.secret(ovh.CONSUMER),
            "path_secret_file": self.secret(PATH_SECRET),
        }
        keys = {"service": ovh.SERVICE, "application_key": ovh.APPLICATION, "number": "38069"}
        return _table(api="{url}/1.0", **keys, **secrets, **more)

    def android(self, **more: Any) -> Table:
        """The phone of the example, as it is shipped."""
        shown = read_config("carriers.example.toml")["carriers"]["phone"]
        del shown["kind"]
        shown |= {"username": android.USER, "secret_file": self.secret(android.PASSWORD)}
        shown["url"] = "{url}/3rdparty/v1/messages"
        shown["signature"]["secret_file"] = self.secret(android.SIGNING_KEY)
        return _table(**shown, **more)


def peer_of(kind: str, clock: Clock) -> Peer:
    """The peer of a kind."""
    kinds: Mapping[str, type[Peer]] = {
        "twilio": TwilioPeer,
        "vonage": VonagePeer,
        "smsfactor": SmsFactorPeer,
        "ovh": OvhPeer,
        "http": AndroidPeer,
    }
    return kinds[kind](clock)


def _table(**keys: Any) -> Table:
    return {"timing": PATIENT, **keys}


def at(table: Table, url: str) -> Table:
    """The table with the peer's address in it."""
    return {key: each.replace("{url}", url) if isinstance(each, str) else each for key, each in table.items()}
