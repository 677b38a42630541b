"""Kills the service with ``kill -9`` while SMS are in flight to an SMSC, and counts what was lost and what came twice.

    python -m tests.crash.smpp_loop --policy resend --kills 5 --messages 5000
    python -m tests.crash.smpp_loop --policy hold --kills 5 --messages 5000

The SMSC is the npm package ``smpp``, which we did not write; it answers after 50 ms, so that a whole window is in
flight at any moment. All messages are on disk before the service starts. It is killed at random moments and started
again with nothing done by hand. At the end the SMSC's own list is compared with messages and money:

- lost: never at the SMSC, and not held in doubt for an operator;
- doubled: more than once at the SMSC. SMPP has no way of sending the same twice as one SMS, so at most a window for
  each kill under ``resend``, and none under ``hold``;
- charged otherwise: without exactly one charge.
"""

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, func, select

from gateway.accounts import clients
from gateway.app.opening import open_current
from gateway.app.rules import read_rules
from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp, open_engine
from gateway.settings import read_settings
from gateway.sms.audit import audit
from gateway.sms.policy import Rules
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin, Reason
from tests.bench.clients import make_clients
from tests.databases import from_outside
from tests.peers.node import find_node
from tests.peers.smsc.peer import SmscPeer, running_smsc
from tests.service_process import ServiceProcess

WINDOW = 50
LATENCY_MS = 50
GRACE_S = 3.0
WORKED_OFF_WITHIN_S = 180.0

_CONFIG = """
[carriers.north]
kind = "smpp"
host = "127.0.0.1"
port = {port}
system_id = "gateway"
password_file = "{password}"
timing = {{ window = {window}, first_pause_s = 0.1 }}

[in_doubt]
resend = {resend}
grace_s = {grace}
"""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the SMSC and the database say at the end."""

    messages: int
    at_the_smsc: int  # different ones
    lost: int
    doubled: int  # SMS too many at the SMSC
    held_in_doubt: int
    without_receipt: int  # the SMSC wrote it to a link that died
    charged_otherwise: int
    discrepancies: int  # of the audit of the house

    def clean(self, policy: str, kills: int) -> bool:
        """Whether the promise of the policy is kept."""
        most = WINDOW * kills if policy == "resend" else 0
        mistakes = self.lost + self.charged_otherwise + self.discrepancies
        return not mistakes and self.doubled <= most


async def main() -> int:
    """Run the loop; 0 where the promise of the policy is kept."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="gateway-smpp-crash-") as name:
        folder = Path(name)
        await make_clients(folder, None, 1)
        async with running_smsc(find_node(), {"delayMs": LATENCY_MS, "tlvs": True}) as smsc:
            service = _service(folder, smsc.port, asked.policy)
            await _hand_in(service, asked.messages)
            await _kill_again_and_again(service, asked, folder)
            findings = await _look(folder, smsc)
    _print(asked, findings)
    return 0 if findings.clean(asked.policy, asked.kills) else 1


def _service(folder: Path, port: int, policy: str) -> ServiceProcess:
    password, config = folder / "password", folder / "gateway.toml"
    password.write_text("secret")
    resend = '["alert"]' if policy == "resend" else "[]"
    config.write_text(_CONFIG.format(port=port, password=password, window=WINDOW, resend=resend, grace=GRACE_S))
    return ServiceProcess(folder, config=config)


async def _hand_in(service: ServiceProcess, messages: int) -> None:
    """Put messages on disk, each unlike every other, for a service that does not run yet."""
    settings = read_settings({"GATEWAY_CONFIG": str(service.config), "GATEWAY_DATA_DIR": str(service.data_dir)})
    rules = read_rules(settings)
    async with open_current(settings) as engine:
        account_id = (await engine.read(lambda connection: clients.find(connection, "client0"))).account_id
        for first in range(0, messages, 500):
            asked = [_request(account_id, number) for number in range(first, min(first + 500, messages))]
            await engine.write(partial(_submit, stamp=engine.stamp(), rules=rules, asked=asked))


def _submit(connection: Connection, stamp: Stamp, rules: Rules, asked: list[SmsRequest]) -> None:
    submit(connection, stamp, rules, asked)


def _request(account_id: int, number: int) -> SmsRequest:
    """To a number whose SMS the SMSC delivers; it does not leave this machine."""
    return SmsRequest(
        account_id=account_id,
        origin=Origin.CLI,
        origin_id=number,
        dedup_key=hashlib.sha256(str(number).encode()).hexdigest(),
        recipient=f"+336123{number % 1_000:03}12",
        text=f"message {number}",
        message_class=MessageClass.ALERT,
    )


async def _kill_again_and_again(service: ServiceProcess, asked: argparse.Namespace, folder: Path) -> None:
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    await asyncio.to_thread(service.start)
    for _ in range(asked.kills):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
    await _worked_off(folder)
    await asyncio.to_thread(service.stop)


async def _worked_off(folder: Path) -> None:
    """Wait until nothing moves but what is held for an operator.

    The SMSC forgets a receipt that it wrote to a link as that died: such a message stays submitted for good.
    """
    outside = from_outside(f"sqlite:///{folder}/gateway.db")
    held = (job.c.park_reason == Reason.CARRIER_SILENT) & job.c.claimed_by.is_(None)
    left = select(func.count()).select_from(job).where(~func.coalesce(held, False))
    states = select(message.c.state, func.count()).group_by(message.c.state).order_by(message.c.state)
    before: object = None
    async with asyncio.timeout(WORKED_OFF_WITHIN_S):
        while True:
            with outside.connect() as connection:
                now = connection.execute(states).all()
                if not connection.scalar(left) and now == before:
                    return
            before = now
            await asyncio.sleep(GRACE_S * 2)


async def _look(folder: Path, smsc: SmscPeer) -> Findings:
    seen = Counter(each["pdu"]["short_message"]["message"] for each in smsc.seen("submit_sm"))
    async with open_engine(f"sqlite:///{folder}/gateway.db") as engine:
        row = message.c
        sent = select(row.message_id, row.body, row.state)
        rows = await engine.read(lambda connection: connection.execute(sent).all())
        charge = select(ledger_entry.c.message_id).where(ledger_entry.c.kind == EntryKind.CHARGE)
        charges = Counter(await engine.read(lambda connection: connection.scalars(charge).all()))
        discrepancies = await engine.read(lambda connection: sum(1 for _ in audit(connection)))
    held = {each.body for each in rows if each.state is MessageState.UNKNOWN}
    return Findings(
        messages=len(rows),
        at_the_smsc=len(seen),
        lost=sum(each.body not in seen and each.body not in held for each in rows),
        doubled=seen.total() - len(seen),
        held_in_doubt=len(held),
        without_receipt=sum(each.state is MessageState.SUBMITTED for each in rows),
        charged_otherwise=sum(charges[each.message_id] != 1 for each in rows),
        discrepancies=discrepancies,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash.smpp_loop", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--policy", choices=("resend", "hold"), default="resend")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311 - moments, not secrets
    return parser.parse_args()


def _print(asked: argparse.Namespace, findings: Findings) -> None:
    title = f"{asked.kills} times kill -9, {WINDOW} in flight, policy {asked.policy}, seed {asked.seed}"
    table = Table("figure", "value", title=title)
    for name in findings.__slots__:
        table.add_row(name.replace("_", " "), str(getattr(findings, name)))
    console = Console()
    console.print(table)
    console.print("clean" if findings.clean(asked.policy, asked.kills) else "NOT CLEAN")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
