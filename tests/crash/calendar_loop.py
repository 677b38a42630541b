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
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

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
from tests.crash.calendar_findings import look, work_left
from tests.crash.diary import Diary, disturbed, now, published
from tests.crash.stage import choose_database, conclude, database_for_service, kill_by_chance, parser_of, work_off
from tests.databases import from_outside
from tests.service_process import ServiceProcess, all_stopped

PRACTICES = 4
PHONES = 1_250  # of each practice
UNITS = 100_000
PAUSE_S = 0.05  # between two changes

#: When the reminders of the end are due, after it.
LAST_DUE_S = (6.0, 10.0)

#: From a read of a file that began just before its last change until it is kept, at the most.
_READING = timedelta(seconds=2)

_SERVICE = "tests.crash.restless"

_CONFIG = """
[calendars]
private_servers = ["127.0.0.1:{port}"]
"""


def main() -> int:
    """Run the loop; 0 where every patient was told what was true, once, or the ledger says why not."""
    asked = _arguments()
    diaries = {f"diary{each}": Diary(f"diary{each}", each * PHONES) for each in range(PRACTICES)}
    with tempfile.TemporaryDirectory(prefix="gateway-crash-") as name, database_for_service(asked.database) as url:
        folder = Path(name)
        with published(diaries) as port:
            (config := folder / "gateway.toml").write_text(_CONFIG.format(port=port))
            asyncio.run(_link_all(_settings(folder, config, url), diaries, port))
            outside = from_outside(url or f"sqlite:///{folder}/gateway.db")
            with all_stopped(_processes(folder, config, url)) as processes:
                worked_off_s = _run(processes, asked, diaries, outside)
        with outside.connect() as connection:
            findings = look(connection, diaries.values())
    title = f"{asked.kills + 2} times kill -9 on {asked.database}, seed {asked.seed}"
    figures = {"worked off within, s": f"{worked_off_s:.1f}", **asdict(findings)}
    return conclude(title, figures, clean=findings.clean)


def _run(
    processes: Sequence[ServiceProcess], asked: argparse.Namespace, diaries: dict[str, Diary], outside: SqlEngine
) -> float:
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    for each in processes:
        each.start()
    with disturbed(diaries, asked.seed, PAUSE_S):
        kill_by_chance(processes, chance, asked.kills, asked.seconds)
    for diary in diaries.values():
        diary.close(chance, LAST_DUE_S)
    ended = now() + _READING
    kill_by_chance(processes, chance, 2, LAST_DUE_S[1])
    worked_off_s = work_off(outside, partial(work_left, ended=ended))
    for each in processes:
        each.stop()
    return worked_off_s


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
        return [ServiceProcess(folder, config=config, module=_SERVICE)]
    both = (("worker", "web"), ("smtp", "worker", "web"))
    return [ServiceProcess(folder, url, roles, config, _SERVICE) for roles in both]


def _arguments() -> argparse.Namespace:
    parser = parser_of("calendar_loop", __doc__, kills=20)  # while appointments change; two more follow
    choose_database(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="of change, over which the kills are spread")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
