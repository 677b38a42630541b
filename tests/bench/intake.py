"""Taking mail in: 250 only after it is on disk, against Postfix that only holds mail and a sink that keeps nothing."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine as SqlEngine

from tests.bench.clients import address_of, make_clients
from tests.bench.figures import Figure, rates, ratio
from tests.bench.postfix import Tools
from tests.crash.mail_findings import work_left
from tests.databases import from_outside
from tests.service_process import ServiceProcess

RECIPIENT = "0639981234@sms.localhost"
OURS, WITH_WORKER, HOLD, SINK = "ours, the door alone", "ours, the worker beside it", "postfix HOLD", "smtp-sink"


def bench(tools: Tools, rounds: int, mails: int) -> list[Figure]:
    """50 sessions that are used again: mails of 1.5 kB, then of 500 kB, servers in turn."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        small = _measure(tools, Path(folder) / "small", rounds, mails, 1_500)
        large = _measure(tools, Path(folder) / "large", rounds, max(100, mails // 20), 500_000)
    return [
        *rates("intake 1.5 kB", small),
        ratio("intake 1.5 kB", small, OURS, HOLD, at_least=4),
        ratio("intake 1.5 kB", small, OURS, SINK, at_least=0.5),
        ratio("intake 1.5 kB", small, WITH_WORKER, HOLD, at_least=None),
        *rates("intake 500 kB", large),
        ratio("intake 500 kB", large, OURS, SINK, at_least=0.7),
    ]


def _measure(tools: Tools, folder: Path, rounds: int, mails: int, size: int) -> Sequence[dict[str, float]]:
    for part in ("door", "service"):
        asyncio.run(make_clients(folder / part, None, 1))
    door = ServiceProcess(folder / "door", module="tests.bench.door", roles=("smtp",))
    with door, ServiceProcess(folder / "service") as service, tools.sink() as sink, tools.postfix() as postfix:
        ports = {SINK: sink, HOLD: postfix.hold, OURS: door.smtp_port, WITH_WORKER: service.smtp_port}
        worker = from_outside(f"sqlite:///{folder}/service/gateway.db")
        for port in ports.values():
            tools.send(port, address_of(0), RECIPIENT, mails=100, size=size)
        measured = []
        for _ in range(rounds):
            _let_finish(worker)  # what it was given in the round before, or it would slow the others down
            took = {
                name: tools.send(port, address_of(0), RECIPIENT, mails=mails, size=size) for name, port in ports.items()
            }
            measured.append({name: mails / seconds for name, seconds in took.items()})
        return measured


def _let_finish(worker: SqlEngine) -> None:
    while True:
        with worker.connect() as connection:
            if not work_left(connection):
                return
        time.sleep(0.1)
