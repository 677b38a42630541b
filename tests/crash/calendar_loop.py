"""Kills the service with ``kill -9`` while it reads calendars that never rest and sends their reminders.

    python -m tests.crash.calendar_loop --database sqlite --kills 20 --seconds 60
    python -m tests.crash.calendar_loop --database postgres --kills 20 --seconds 60

Appointments are written down, moved, cancelled, taken back, deleted, and lose their number several times a second; the
calendars are published as files and read without a pause. The service is killed at random moments, so in the middle of
a read, of keeping it, and of handing in what is due, and started again with nothing done by hand; on PostgreSQL it is
two processes that do the same work, killed in turn by chance. Then each appointment comes to an end that is known, the
kills go on while those reminders leave, and ``calendar_findings`` compares diaries, ledger, money and phones.

The exit code is 0 where all is well.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy import Engine as SqlEngine

from gateway.accounts import clients
from gateway.app import calendars
from gateway.app.catalogue import billing_rules
from gateway.app.opening import migrate, open_current
from gateway.calendar import calendars as rows
from gateway.calendar.settings import CalendarSettings, Rule, stored
from gateway.engine.database import Engine
from gateway.settings import Settings, read_settings
from tests.calendar.practice import client
from tests.crash.calendar_findings import Findings, look, work_left
from tests.crash.diary import Diary, disturbed, now, published
from tests.databases import from_outside
from tests.postgres import Databases, running_server
from tests.service_process import ServiceProcess, all_stopped

PRACTICES = 4
PHONES = 1_250  # of each practice
UNITS = 100_000
PAUSE_S = 0.05  # between two changes

#: When the reminders of the end are due, after it.
LAST_DUE_S = (6.0, 10.0)

WORKED_OFF_WITHIN_S = 300.0  # on PostgreSQL the leases of the dead must run out first
POLL_S = 0.1

#: From a read of a file that began just before its last change until it is kept, at the most.
_READING = timedelta(seconds=2)

_CONFIG = """
[calendars]
poll_min = 0
private_servers = ["127.0.0.1:{port}"]
"""


def main() -> int:
    """Run the loop; 0 where every patient was told what was true, once, or the ledger says why not."""
    asked = _arguments()
    diaries = {f"diary{each}": Diary(f"diary{each}", each * PHONES) for each in range(PRACTICES)}
    with tempfile.TemporaryDirectory(prefix="gateway-crash-") as name, _database(asked.database) as url:
        folder = Path(name)
        with published(diaries) as port:
            (config := folder / "gateway.toml").write_text(_CONFIG.format(port=port))
            asyncio.run(_link_all(_settings(folder, config, url), diaries, port))
            outside = from_outside(url or f"sqlite:///{folder}/gateway.db")
            with all_stopped(_processes(folder, config, url)) as processes:
                worked_off_s = _run(processes, asked, diaries, outside)
        with outside.connect() as connection:
            findings = look(connection, diaries.values())
    _print(asked, worked_off_s, findings)
    return 0 if findings.clean else 1


def _run(
    processes: Sequence[ServiceProcess], asked: argparse.Namespace, diaries: dict[str, Diary], outside: SqlEngine
) -> float:
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    for each in processes:
        each.start()
    with disturbed(diaries, asked.seed, PAUSE_S):
        _kill_again_and_again(processes, chance, asked.kills, asked.seconds)
    for diary in diaries.values():
        diary.close(chance, LAST_DUE_S)
    ended = now() + _READING
    _kill_again_and_again(processes, chance, 2, LAST_DUE_S[1])
    worked_off_s = _work_off(outside, ended)
    for each in processes:
        each.stop()
    return worked_off_s


def _kill_again_and_again(
    processes: Sequence[ServiceProcess], chance: random.Random, kills: int, seconds: float
) -> None:
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 1.9) * seconds / kills)
        victim = chance.choice(processes)
        victim.kill()
        victim.start()


def _work_off(outside: SqlEngine, ended: datetime) -> float:
    """Wait until no reminder is to be looked at any more; the seconds that it took."""
    since = time.perf_counter()
    while time.perf_counter() - since < WORKED_OFF_WITHIN_S:
        with outside.connect() as connection:
            if not work_left(connection, ended):
                break
        time.sleep(POLL_S)
    return time.perf_counter() - since


async def _link_all(settings: Settings, diaries: Mapping[str, Diary], port: int) -> None:
    """A client for each diary, with a plan and a pack, that has its reminders sent."""
    await asyncio.to_thread(migrate, settings)
    async with open_current(settings) as engine:
        for name in diaries:
            await client(engine, name, units=UNITS, plan="SOLO")
            address = f"http://127.0.0.1:{port}/{name}.ics"
            await engine.write(partial(_link, engine=engine, settings=settings, name=name, address=address))


def _link(connection: Connection, engine: Engine, settings: Settings, name: str, address: str) -> None:
    stamp, billing = engine.stamp(), billing_rules(settings)
    account_id = clients.find(connection, name).account_id
    calendars.link(connection, stamp, "crash", settings, billing, account=name, address=address, enable=True)
    (found,) = rows.of_account(connection, account_id)
    wanted = CalendarSettings(rules=(Rule("1h"),), hours=("00:00-23:59",) * 7, settle_min=0)
    rows.change(connection, found.key, settings=stored(wanted), enabled_at=stamp.now - timedelta(days=1))


def _settings(folder: Path, config: Path, url: str | None) -> Settings:
    environment = {"GATEWAY_DATA_DIR": str(folder), "GATEWAY_CONFIG": str(config)}
    return read_settings({**environment, **({"GATEWAY_DATABASE_URL": url} if url else {})})


def _processes(folder: Path, config: Path, url: str | None) -> list[ServiceProcess]:
    """One with all roles on SQLite; on PostgreSQL two that do the same."""
    if url is None:
        return [ServiceProcess(folder, config=config)]
    return [ServiceProcess(folder, url, roles, config) for roles in (("worker", "web"), ("smtp", "worker", "web"))]


@contextlib.contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """The URL of an empty PostgreSQL database of our own; None for SQLite in the data directory."""
    if kind == "sqlite":
        yield None
        return
    with running_server() as server:
        yield Databases(server).create()


def _arguments() -> argparse.Namespace:
    summary = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tests.crash.calendar_loop", description=summary)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--kills", type=int, default=20, help="while appointments change; two more follow")
    parser.add_argument("--seconds", type=float, default=60.0, help="of change, over which the kills are spread")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311 - moments, not secrets
    return parser.parse_args()


def _print(asked: argparse.Namespace, worked_off_s: float, findings: Findings) -> None:
    title = f"{asked.kills + 2} times kill -9 on {asked.database}, seed {asked.seed}"
    table = Table("figure", "value", title=title)
    table.add_row("worked off within, s", f"{worked_off_s:.1f}")
    for each in fields(findings):
        table.add_row(each.name.replace("_", " "), str(getattr(findings, each.name)))
    console = Console()
    console.print(table)
    console.print("clean" if findings.clean else "NOT CLEAN")


if __name__ == "__main__":
    sys.exit(main())
