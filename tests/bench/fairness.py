"""One message of one client behind a hundred thousand of another: how many leave before it."""

import asyncio
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, func, select

from gateway.accounts import clients
from gateway.accounts.clients import Client
from gateway.app.opening import open_current
from gateway.app.rules import read_rules
from gateway.settings import Settings
from gateway.sms.dispatch import BATCH
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from gateway.sms.tables import message
from plans.words import MessageClass, Origin
from tests.bench.clients import make_clients
from tests.bench.figures import Figure
from tests.bench.load import send_mails
from tests.databases import from_outside
from tests.service_process import ServiceProcess

QUEUED = 100_000
AT_ONCE = 1_000
PATIENCE_S = 60.0


def bench() -> list[Figure]:
    """Queue for client 1, start the service, send one mail of client 0."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        asyncio.run(_queue(Settings(data_dir=Path(folder))))
        with ServiceProcess(Path(folder)) as service:
            asyncio.run(send_mails(service.smtp_port, 1, 1))
            before, waited_s = _wait(f"sqlite:///{folder}/gateway.db")
    return [
        Figure("fairness", f"left before it, of {QUEUED:,} queued", before, "messages", at_most=BATCH),
        Figure("fairness", "from queued to handed over", waited_s, "s"),
    ]


async def _queue(settings: Settings) -> None:
    await make_clients(settings.data_dir, None, 2)
    rules = read_rules(settings)
    async with open_current(settings) as engine:
        busy = await engine.read(lambda connection: clients.find(connection, "client1"))
        for first in range(0, QUEUED, AT_ONCE):
            wanted = [_request(busy, number) for number in range(first, first + AT_ONCE)]
            await engine.write(lambda connection: submit(connection, engine.stamp(), rules, wanted))  # noqa: B023 - awaited before the next turn


def _request(client: Client, number: int) -> SmsRequest:
    return SmsRequest(
        account_id=client.account_id,
        origin=Origin.CLI,
        origin_id=number,
        dedup_key=sha256(b"%d" % number).hexdigest(),
        recipient="+33639981235",
        text=f"Message {number}",
        message_class=MessageClass.ALERT,
    )


def _wait(url: str) -> tuple[int, float]:
    """How many messages of the busy client left between the one being queued and handed over, and how long it took."""
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        with from_outside(url).connect() as connection:
            if (found := _handed_over(connection)) is not None:
                return found
        time.sleep(0.01)
    raise TimeoutError("the single message was never handed over")


def _handed_over(connection: Connection) -> tuple[int, float] | None:
    row = message.c
    single = connection.execute(
        select(row.account_id, row.created_at, row.submitted_at).where(
            row.origin == Origin.EMAIL, row.submitted_at.is_not(None)
        )
    ).one_or_none()
    if single is None:
        return None
    others = select(func.count()).where(
        row.account_id != single.account_id,
        row.submitted_at > single.created_at,
        row.submitted_at < single.submitted_at,
    )
    return connection.scalar(others) or 0, (single.submitted_at - single.created_at).total_seconds()
