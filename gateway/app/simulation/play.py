"""Plays a scenario from its first day to its last, and tells what came of it."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app import invoices
from gateway.app.catalogue import document_in_force
from gateway.app.law import law_in_force
from gateway.app.opening import open_current
from gateway.app.rules import read_rules
from gateway.app.simulation.scenario import Scenario, Step, rules_of
from gateway.app.simulation.stage import PlayClock, Stage
from gateway.app.subscribing import subscription_words
from gateway.billing import packs
from gateway.billing.rules import shipped_billing_rules
from gateway.billing.running import latest
from gateway.settings import SandboxSettings, Settings


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a step."""

    at: datetime  # local
    command: str
    account: str | None
    refused: str | None  # why it was not done


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario."""

    steps: tuple[Told, ...]
    invoices: tuple[dict[str, Any], ...]  # as ``gateway invoice list`` shows them, each with its account
    accounts: tuple[dict[str, Any], ...]  # the subscription and the lots of each


async def play(settings: Settings, scenario: Scenario, stops: int = 1) -> Played:
    """Play on a scratch database, by the catalogue that is in force under ``settings``.

    The clock stops wherever time does something; ``stops`` more are spread over the whole time, and change nothing.
    """
    billing = rules_of(scenario, document_in_force(settings), law_in_force(settings), shipped_billing_rules())
    clock = PlayClock(scenario.begins)
    with tempfile.TemporaryDirectory(prefix="gateway-play-") as scratch:
        own = Settings(data_dir=Path(scratch), domain=settings.domain, sandbox=SandboxSettings())
        async with open_current(own, clock) as engine:
            stage = Stage(engine, own, read_rules(own), billing)
            told = [await _at(stage, clock, each) for each in _all_steps(scenario, stops)]
            ended = await engine.read(_ended)
    steps = tuple(replace(each, at=each.at.astimezone(scenario.zone)) for each in told if each)
    return Played(steps, *ended)


def _all_steps(scenario: Scenario, stops: int) -> list[Step | datetime]:
    """The steps, and the instants at which the clock stops for nothing, in the order of time."""
    span = scenario.ends - scenario.begins
    instants: list[Step | datetime] = [scenario.begins + span * number / stops for number in range(1, stops)]
    return sorted([*scenario.steps, *instants, scenario.ends], key=_instant)


def _instant(each: Step | datetime) -> datetime:
    return each.at if isinstance(each, Step) else each


async def _at(stage: Stage, clock: PlayClock, each: Step | datetime) -> Told | None:
    await _pass_time(stage, clock, _instant(each))
    return await _give(stage, each) if isinstance(each, Step) else None


async def _pass_time(stage: Stage, clock: PlayClock, to: datetime) -> None:
    while (due := await stage.next_due()) is not None and due <= to:
        clock.move_to(due)
        await stage.settle()
    clock.move_to(to)
    await stage.settle()


async def _give(stage: Stage, step: Step) -> Told:
    account = step.arguments.get("account")
    try:
        await asyncio.gather(*(stage.do(step.command, dict(step.arguments)) for _ in range(step.times)))
    except Refused as refused:
        return Told(step.at, step.words, account, refused.text)
    await stage.settle()
    return Told(step.at, step.words, account, None)


def _ended(connection: Connection) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    slugs = [each.slug for each in clients.listing(connection)]
    issued = ({"account": slug, **each} for slug in slugs for each in invoices.listing(connection, account=slug))
    by_number = sorted(issued, key=lambda each: (each["issued_on"], str(each["number"])))
    return tuple(by_number), tuple(_account(connection, slug) for slug in slugs)


def _account(connection: Connection, slug: str) -> dict[str, Any]:
    client = clients.find(connection, slug)
    known = latest(connection, client.account_id)
    return {
        "account": slug,
        "state": client.state,
        "subscription": subscription_words(known.value) if known else None,
        "lots": list(_lots(connection, slug)),
    }


def _lots(connection: Connection, slug: str) -> Iterator[dict[str, Any]]:
    for each in packs.listing(connection, account=slug):
        yield {"label": each.label, "granted": each.units_granted, "left": each.units_left, "ends": each.expires_at}
