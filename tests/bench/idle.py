"""What the service takes when there is nothing to do: time to be ready, and memory."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.clients import make_clients
from tests.bench.figures import Figure
from tests.bench.load import send_mails
from tests.service_process import ServiceProcess

MEGABYTE = 1_000_000
REST_S = 2.0  # after a mail, until what it set going has come to rest


def bench(rounds: int) -> list[Figure]:
    """From the start of the process to the first greeting and a healthy answer; memory before and after a mail."""
    starts, fresh, after = [], [], []
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        asyncio.run(make_clients(Path(folder), None, 1))
        for _ in range(rounds):
            service = ServiceProcess(Path(folder))
            starts.append(service.start())
            fresh.append(service.memory_bytes() / MEGABYTE)
            asyncio.run(send_mails(service.smtp_port, 1, 1))
            time.sleep(REST_S)
            after.append(service.memory_bytes() / MEGABYTE)
            service.stop()
    return [
        Figure("idle", "ready after", median(starts), "s", at_most=1.5),
        Figure("idle", "resident, fresh", median(fresh), "MB", at_most=120),
        Figure("idle", "resident with the reading process, after a mail", median(after), "MB", at_most=120),
    ]
