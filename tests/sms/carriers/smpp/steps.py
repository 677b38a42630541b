"""A carrier under way, and short ways to make messages for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from gateway.accounts.words import Encoding
from gateway.settings import config_file
from gateway.sms.carriers.port import Inbox, OutgoingSms
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from gateway.sms.carriers.smpp.link import LinkState, Nature
from gateway.sms.carriers.smpp.settings import SmppSettings, Timing
from gateway.sms.carriers.smpp.statuses import read_statuses
from gateway.sms.segments import encode
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE
from tests.waiting import eventually

STATUSES = read_statuses(config_file("smpp_status.toml"), "smpp")

#: Quick to give up, and quick to come back.
TIMING = Timing(throttled_s=0.01, first_pause_s=0.01, longest_pause_s=0.01, connect_s=5, drain_s=5)


def settings_for(port: int, timing: Timing = TIMING, **changes: object) -> SmppSettings:
    """An account at a peer on this machine."""
    settings = SmppSettings("smpp", "127.0.0.1", port, "user", "secret", timing=timing)
    return replace(settings, **changes)  # type: ignore[arg-type]  # each test names its own


@asynccontextmanager
async def running(settings: SmppSettings, inbox: Inbox, nature: Nature | None = None) -> AsyncIterator[SmppCarrier]:
    """A carrier whose links have been tried; closed at the end."""
    carrier = SmppCarrier(settings, STATUSES, StoppedClock(), nature)
    task = asyncio.create_task(carrier.run(inbox))
    try:
        await until(lambda: carrier.health and all(each.state is not LinkState.CONNECTING for each in carrier.health))
        yield carrier
    finally:
        await carrier.close()
        await task


async def until(so: Callable[[], object]) -> None:
    """Wait for something to become true."""

    async def look() -> bool:
        return bool(so())

    await eventually(look)


def sms(text: str, recipient: str = A_MESSAGE.recipient, reference: str = A_MESSAGE.reference) -> OutgoingSms:
    """A message as the dispatcher hands it over."""
    encoded = encode(text, Encoding.AUTO)
    return A_MESSAGE._replace(
        reference=reference,
        recipient=recipient,
        body=encoded.text,
        alphabet=encoded.alphabet,
        parts=len(encoded.parts),
    )
