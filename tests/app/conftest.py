"""Alice's practice, and the commands on it as the command line runs them."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app.commands import CHANGES, READS, Occasion, run
from gateway.app.plain import plain
from gateway.engine.database import Engine
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import Practice, paris, practice
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
DUE = paris("2026-11-24T15:00")


@pytest.fixture
def server() -> MemoryCalendar:
    """Alice's calendar at her provider."""
    return MemoryCalendar()


@pytest.fixture
async def alice(engine: Engine, clock: StoppedClock, server: MemoryCalendar, settings: Settings) -> Practice:
    """Alice's practice."""
    return await practice(engine, clock, server, vault=open_vault(settings.data_dir))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a fresh machine."""
    return Settings(data_dir=tmp_path)


class Console:
    """Runs commands on a practice."""

    def __init__(self, alice: Practice, settings: Settings) -> None:
        self._alice = alice
        self._settings = settings

    async def __call__(self, command: str, **arguments: Any) -> Any:
        """The answer in plain words."""
        change = CHANGES.get(command)
        function = change.function if change else READS[command]
        occasion = Occasion(self._alice.engine.stamp(), "tests", self._settings, self._alice.bridge.rules, BILLING)
        asked = {"account": "alice", **arguments}
        if change:
            return await self._alice.engine.write(lambda connection: plain(run(function, connection, occasion, asked)))
        return await self._alice.engine.read(lambda connection: plain(run(function, connection, occasion, asked)))


@pytest.fixture
def console(alice: Practice, settings: Settings) -> Console:
    """The commands, on Alice's practice."""
    return Console(alice, settings)
