"""SIGTERM under load: what was accepted is kept, what was begun is finished, and the next start needs no hand."""

import asyncio
import threading
from pathlib import Path

from sqlalchemy import Engine as SqlEngine
from sqlalchemy import func, select

from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from gateway.smtp.tables import spool
from tests.bench.clients import address_of, make_clients
from tests.crash.mail_findings import look, work_left
from tests.crash.senders import Client
from tests.databases import from_outside
from tests.service_process import ServiceProcess, all_stopped
from tests.waiting import eventually

CLIENTS = 4


async def test_a_service_told_to_stop_under_load_loses_nothing_and_leaves_nothing_half_done(
    database_url: str, tmp_path: Path
) -> None:
    await make_clients(tmp_path, database_url, CLIENTS)
    outside, told_to_stop = from_outside(database_url), threading.Event()
    service = ServiceProcess(tmp_path, database_url)
    clients = [
        Client(address_of(each), f"client{each} mail", service.smtp_port, told_to_stop) for each in range(CLIENTS)
    ]
    with all_stopped([service]):
        service.start()
        for client in clients:
            client.start()
        for stops in range(1, 4):
            await eventually(lambda: _have_answers(clients, 40 * stops))  # noqa: B023 - awaited in its own round
            assert await asyncio.to_thread(service.stop) == 0
            assert _half_done(outside) == 0
            service.start()
        told_to_stop.set()
        for client in clients:
            await asyncio.to_thread(client.join)
        await eventually(lambda: _is_worked_off(outside))
        assert service.stop() == 0
    with outside.connect() as connection:
        findings = look(connection, [mail for client in clients for mail in client.answered])
    assert findings.clean, findings


async def _have_answers(clients: list[Client], wanted: int) -> bool:
    return sum(len(client.answered) for client in clients) >= wanted


async def _is_worked_off(outside: SqlEngine) -> bool:
    with outside.connect() as connection:
        return not work_left(connection)


def _half_done(outside: SqlEngine) -> int:
    """Rows that somebody still holds, and messages of which nobody knows whether they left."""
    with outside.connect() as connection:
        held = sum(
            connection.scalar(select(func.count()).select_from(each).where(each.c.claimed_by.is_not(None))) or 0
            for each in (spool, job)
        )
        leaving = select(func.count()).select_from(message).where(message.c.state == MessageState.SENDING)
        return held + (connection.scalar(leaving) or 0)
