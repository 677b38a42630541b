"""``gateway simulate``: what a scenario would cost its clients, on a database of its own."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import Json, print_json, print_rows, working

_STEPS = ("at", "command", "account", "refused")
_INVOICES = ("account", "number", "issued_on", "due_on", "state", "net", "vat", "total", "prepaid", "due")
_ACCOUNTS = ("account", "state", "subscription", "lots")


def add_to(program: typer.Typer) -> None:
    """Add the command to the program itself."""
    program.command("simulate")(simulate)


def simulate(
    file: Annotated[Path, typer.Argument(help="A scenario: docs/simulate.md says how to write one.")],
    *,
    as_json: Json = False,
) -> None:
    """Play a scenario on a scratch database: its invoices, balances and states. Nothing else is touched."""
    import asyncio

    from gateway.app.plain import plain
    from gateway.app.simulation.play import play
    from gateway.app.simulation.scenario import read_scenario
    from gateway.settings import read_settings

    scenario = read_scenario(file)
    with working(f"Playing {scenario.title}"):
        played = plain(asyncio.run(play(read_settings(), scenario)))
    if as_json:
        print_json(played)
        return
    for each in played["steps"]:
        each["at"] = each["at"].replace("T", " ")  # by the clock of the scenario, not of this machine
    for name, columns in (("steps", _STEPS), ("invoices", _INVOICES), ("accounts", _ACCOUNTS)):
        typer.echo(f"\n{name}")
        print_rows(played[name], columns, as_json=False)
