"""Kills the running service with ``kill -9`` again and again under load, and proves that nothing was lost or doubled.

    python -m tests.crash.mail_loop --database sqlite --kills 30 --seconds 60
    python -m tests.crash.mail_loop --database postgres --kills 30 --seconds 60

Clients send mail after mail to the sandbox phone, each mail with a Message-ID of its own, and send again whatever was
not answered 250. The service is killed at random moments, so in the middle of taking mail in, filing it, handing SMS
over or taking receipts, and started again with nothing done by hand. On PostgreSQL it is two processes, one that takes
mail in and one that works, killed in turn by chance. At the end the clients finish their last mail, the service
works off what is left, and ``tests.crash.mail_findings`` compares promises, messages, money and phones.

The exit code is 0 where all is well. ``--seed`` repeats the moments of an earlier run, as far as a machine repeats.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from sqlalchemy import Engine as SqlEngine

from tests.bench.clients import address_of, make_clients
from tests.crash.mail_findings import Findings, look, work_left
from tests.crash.senders import Client, SentMail
from tests.crash.stage import choose_database, conclude, database_for_service, kill_by_chance, parser_of, work_off
from tests.databases import from_outside
from tests.service_process import ServiceProcess, all_stopped

CLIENTS = 8
READERS_GONE_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True)
class Run:
    """What happened, apart from what was found."""

    kills: int
    answered: Sequence[SentMail]
    tries: int
    orphans: int  # reading processes that outlived the service that started them
    slowest_start_s: float
    worked_off_s: float


def main() -> int:
    """Run the loop; 0 where nothing was lost, doubled or charged otherwise."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="gateway-crash-") as folder, database_for_service(asked.database) as url:
        asyncio.run(make_clients(Path(folder), url, CLIENTS))
        outside = from_outside(url or f"sqlite:///{folder}/gateway.db")
        with all_stopped(_processes(Path(folder), url)) as processes:
            run = _run(processes, asked, outside)
        with outside.connect() as connection:
            findings = look(connection, run.answered)
    return _conclude(asked, run, findings)


def _run(processes: Sequence[ServiceProcess], asked: argparse.Namespace, outside: SqlEngine) -> Run:
    starts = [each.start() for each in processes]
    told_to_stop = threading.Event()
    clients = [
        Client(address_of(each), f"client{each} mail", processes[0].smtp_port, told_to_stop) for each in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    readers: list[psutil.Process] = []  # of those that died
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    starts += kill_by_chance(
        processes, chance, asked.kills, asked.seconds, lambda victim: readers.extend(victim.family()[1:])
    )
    told_to_stop.set()
    for client in clients:
        client.join()
    worked_off_s = work_off(outside, work_left)
    for each in processes:
        readers += each.family()[1:]
        each.stop()
    return Run(
        kills=asked.kills,
        answered=[mail for each in clients for mail in each.answered],
        tries=sum(each.tries for each in clients),
        orphans=_still_alive(readers),
        slowest_start_s=max(starts),
        worked_off_s=worked_off_s,
    )


def _still_alive(readers: Sequence[psutil.Process]) -> int:
    _, alive = psutil.wait_procs(readers, READERS_GONE_WITHIN_S)
    return sum(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in alive)


def _processes(folder: Path, url: str | None) -> list[ServiceProcess]:
    """One with all roles on SQLite; on PostgreSQL one at the door and one at work."""
    if url is None:
        return [ServiceProcess(folder)]
    return [ServiceProcess(folder, url, roles) for roles in (("smtp",), ("worker", "web"))]


def _arguments() -> argparse.Namespace:
    parser = parser_of("mail_loop", __doc__, kills=30)
    choose_database(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="of load, over which the kills are spread")
    return parser.parse_args()


def _conclude(asked: argparse.Namespace, run: Run, findings: Findings) -> int:
    figures = {
        "mails answered 250": len(run.answered),
        "tries": run.tries,
        "slowest start, s": f"{run.slowest_start_s:.2f}",
        "worked off within, s": f"{run.worked_off_s:.1f}",
        "reading processes left behind": run.orphans,
        **asdict(findings),
    }
    title = f"{run.kills} times kill -9 on {asked.database}, seed {asked.seed}"
    return conclude(title, figures, clean=findings.clean and not run.orphans)


if __name__ == "__main__":
    sys.exit(main())
