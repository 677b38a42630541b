"""The whole path: a mail comes in, its SMS is charged and delivered; and the same mail through Postfix to nobody."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.clients import delivered, make_clients
from tests.bench.figures import Figure, rates, ratio
from tests.bench.load import send_mails
from tests.bench.postfix import Tools
from tests.databases import from_outside
from tests.postgres import Databases, running_server
from tests.service_process import ServiceProcess

POSTFIX = "postfix, queue and discard"
PATIENCE_S = 300.0

Walk = Callable[[int], float]  # sends so many mails and says how many a second went all the way


def bench(tools: Tools | None, rounds: int, mails: int) -> list[Figure]:
    """One account and ten thousand, on both databases, and Postfix where there is one; all in turn, round by round."""
    with contextlib.ExitStack() as stack:
        server = Databases(stack.enter_context(running_server()))
        paths = {
            "sqlite, 1 account": stack.enter_context(_service(None, 1)),
            "sqlite, 10,000 accounts": stack.enter_context(_service(None, 10_000)),
            "postgresql, 1 account": stack.enter_context(_service(server.create(), 1)),
            "postgresql, 10,000 accounts": stack.enter_context(_service(server.create(), 10_000)),
        }
        if tools:
            paths[POSTFIX] = stack.enter_context(_postfix(tools))
        measured = [{name: path(mails) for name, path in paths.items()} for _ in range(rounds)]
    figures = rates("whole path", measured)
    return [*figures, ratio("whole path", measured, "sqlite, 1 account", POSTFIX, at_least=1)] if tools else figures


@contextlib.contextmanager
def _service(url: str | None, accounts: int) -> Iterator[Walk]:
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        asyncio.run(make_clients(Path(folder), url, accounts))
        outside = from_outside(url or f"sqlite:///{folder}/gateway.db")
        with ServiceProcess(Path(folder), url) as service:

            def path(mails: int) -> float:
                goal = delivered(outside) + mails
                return _rate(mails, service.smtp_port, accounts, lambda: delivered(outside) < goal)

            path(200)
            yield path


@contextlib.contextmanager
def _postfix(tools: Tools) -> Iterator[Walk]:
    with tools.postfix() as postfix:
        yield lambda mails: _rate(mails, postfix.queue, 1, postfix.has_work)


def _rate(mails: int, port: int, accounts: int, is_at_work: Callable[[], bool]) -> float:
    since = time.perf_counter()
    asyncio.run(send_mails(port, mails, accounts))
    while is_at_work():
        if time.perf_counter() - since > PATIENCE_S:
            raise TimeoutError("not all mails went all the way")
        time.sleep(0.02)
    return mails / (time.perf_counter() - since)
