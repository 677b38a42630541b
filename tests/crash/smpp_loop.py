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
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy import Engine as SqlEngine

from gateway.accounts import clients
from gateway.app.opening import open_current
from gateway.app.rules import read_rules
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.settings import read_settings
from gateway.sms.policy import Rules
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin, Reason
from tests.bench.clients import make_clients
from tests.crash.books import difference, discrepancies, entries
from tests.crash.stage import conclude, parser_of
from tests.databases import from_outside
from tests.peers.node import find_node
from tests.peers.smsc.peer import SmscPeer, configured, running_smsc
from tests.service_process import ServiceProcess

WINDOW = 50
LATENCY_MS = 50
GRACE_S = 3.0
WORKED_OFF_WITHIN_S = 180.0

_IN_DOUBT = """
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
            outside = from_outside(f"sqlite:///{folder}/gateway.db")
            await _kill_again_and_again(service, asked, outside)
            with outside.connect() as connection:
                findings = _look(connection, smsc)
    title = f"{asked.kills} times kill -9, {WINDOW} in flight, policy {asked.policy}, seed {asked.seed}"
    return conclude(title, asdict(findings), clean=findings.clean(asked.policy, asked.kills))


def _service(folder: Path, port: int, policy: str) -> ServiceProcess:
    in_doubt = _IN_DOUBT.format(resend='["alert"]' if policy == "resend" else "[]", grace=GRACE_S)
    config = configured(folder, port, f"window = {WINDOW}, first_pause_s = 0.1", in_doubt)
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


async def _kill_again_and_again(service: ServiceProcess, asked: argparse.Namespace, outside: SqlEngine) -> None:
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    await asyncio.to_thread(service.start)
    for _ in range(asked.kills):
        await asyncio.sleep(chance.uniform(0.2, 1.5))
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
    await _worked_off(outside)
    await asyncio.to_thread(service.stop)


async def _worked_off(outside: SqlEngine) -> None:
    """Wait until nothing moves but what is held for an operator.

    The SMSC forgets a receipt that it wrote to a link as that died: such a message stays submitted for good.
    """
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


def _look(connection: Connection, smsc: SmscPeer) -> Findings:
    seen = Counter(each["pdu"]["short_message"]["message"] for each in smsc.seen("submit_sm"))
    row = message.c
    rows = connection.execute(select(row.message_id, row.body, row.state)).all()
    held = {each.body for each in rows if each.state is MessageState.UNKNOWN}
    return Findings(
        messages=len(rows),
        at_the_smsc=len(seen),
        lost=sum(each.body not in seen and each.body not in held for each in rows),
        doubled=seen.total() - len(seen),
        held_in_doubt=len(held),
        without_receipt=sum(each.state is MessageState.SUBMITTED for each in rows),
        charged_otherwise=difference(entries(connection, EntryKind.CHARGE), Counter(each.message_id for each in rows)),
        discrepancies=discrepancies(connection),
    )


def _arguments() -> argparse.Namespace:
    parser = parser_of("smpp_loop", __doc__, kills=5)
    parser.add_argument("--policy", choices=("resend", "hold"), default="resend")
    parser.add_argument("--messages", type=int, default=5_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
