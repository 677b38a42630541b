"""A running gateway for each story, on both databases, by a clock that the story sets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.accounts.words import Notify
from gateway.app.service import running
from gateway.settings import NoticeSettings, Settings, SmtpSettings, WebSettings
from tests.clock import StoppedClock
from tests.stories.gateway import Gateway, Sender


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Free ports, a data directory of its own, and letters as soon as there is news."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        smtp=SmtpSettings(port=0, lmtp_port=0),
        web=WebSettings(port=0),
        notices=NoticeSettings(gather_s=0.0),
    )


@pytest.fixture
async def gateway(settings: Settings, clock: StoppedClock) -> AsyncIterator[Gateway]:
    """The whole service."""
    async with running(settings, clock=clock) as service:
        yield Gateway(service, settings, clock)


@pytest.fixture
async def alice(gateway: Gateway) -> Sender:
    """Alice's clinic, with a pack of 100; she wants all news."""
    return await gateway.client("alice", units=100, notify=Notify.ALL)
