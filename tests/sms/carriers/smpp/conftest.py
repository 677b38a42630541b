"""An SMSC to play with."""

from collections.abc import AsyncIterator

import pytest

from tests.sms.carriers.smpp.smsc import Smsc, playing_smsc


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    """An SMSC that the test plays by hand."""
    async with playing_smsc() as played:
        yield played
