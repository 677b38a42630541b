"""Whoever runs the gateway is written to when a carrier refuses the account, or stays away; once each time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import LinkReport
from gateway.sms.link_reports import tell
from gateway.smtp.alarms import Alarms
from gateway.smtp.delivery import back_off
from gateway.smtp.mailer import NotSent
from gateway.wording import read_wording
from tests.clock import StoppedClock
from tests.smtp.post import ScriptedMailer

BOUND = LinkReport("bind_transceiver", "bound", "", 60.0, "", 0.0, 3, 10)
REFUSED = replace(BOUND, state="refused", why="bind 0x0000000E", for_s=2.0, failure="bind 0x0000000E")
TRYING = replace(REFUSED, state="connecting", why="")
LOST = replace(BOUND, state="down", why="TimeoutError", for_s=600.0, failure="TimeoutError")
BRIEFLY = replace(LOST, for_s=599.0)


async def ring(engine: Engine, alarms: Alarms, *links: LinkReport, node: int | None = None) -> None:
    whose = engine.node if node is None else node
    await engine.write(lambda connection: tell(connection, whose, engine.clock.now(), {"north": links}))
    await alarms.ring()


def alarms_of(engine: Engine, mailer: ScriptedMailer) -> Alarms:
    return Alarms(engine, mailer, read_wording(), "sms.localhost", "root@clinic.example")


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ([REFUSED], b"refuses our account: bind 0x0000000E"),
        ([BOUND, REFUSED], b"refuses our account: bind 0x0000000E"),
        ([LOST, LOST], b"has had no link for ten minutes: TimeoutError"),
    ],
)
async def test_a_carrier_that_is_lost_is_told_once_until_it_is_well(
    engine: Engine, links: list[LinkReport], told: bytes
) -> None:
    mailer = ScriptedMailer()
    alarms = alarms_of(engine, mailer)
    for now in (links, [TRYING], links):
        await ring(engine, alarms, *now)
    assert mailer.told() == ["root@clinic.example"]
    assert told in mailer.letters[0].content.replace(b"=\r\n", b"")
    await ring(engine, alarms, BOUND, BOUND)
    await ring(engine, alarms, *links)
    assert len(mailer.letters) == 2


@pytest.mark.parametrize("links", [[BOUND], [BRIEFLY], [BOUND, LOST], []])
async def test_nobody_is_woken_for_what_comes_back_by_itself(engine: Engine, links: list[LinkReport]) -> None:
    mailer = ScriptedMailer()
    await ring(engine, alarms_of(engine, mailer), *links)
    assert mailer.tried == []


async def test_each_process_tells_of_its_own_links_alone(engine: Engine) -> None:
    mailer = ScriptedMailer()
    await ring(engine, alarms_of(engine, mailer), REFUSED, node=engine.node + 1)
    assert mailer.tried == []


async def test_an_alarm_that_did_not_leave_is_tried_again_later(engine: Engine, clock: StoppedClock) -> None:
    mailer = ScriptedMailer(NotSent("421"))
    alarms = alarms_of(engine, mailer)
    await ring(engine, alarms, REFUSED)
    await ring(engine, alarms, REFUSED)
    assert len(mailer.tried) == 1
    clock.advance(back_off(1) + timedelta(seconds=1))
    await ring(engine, alarms, REFUSED)
    assert mailer.told() == ["root@clinic.example"]
