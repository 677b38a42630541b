"""All benches, or those named: ``python -m tests.bench [intake whole_path fairness idle …]``; ``--help`` names all.

Everything that is compared runs in turn within one run, round by round, and what is judged is the median of ratios.
What is missing on this machine is skipped, loudly. The exit code is 1 where a target was missed.
"""

import argparse
import sys
from collections.abc import Callable

from gateway.engine import garbage
from tests.bench import (
    calendars,
    engine,
    extraction,
    fairness,
    idle,
    intake,
    invoicing,
    lots,
    reminders,
    smpp,
    smpp_path,
    whole_path,
)
from tests.bench.figures import Figure, show
from tests.bench.postfix import PostfixMissing, Tools, unpack

BENCHES = (
    *("engine", "extraction", "idle", "intake", "whole_path", "fairness"),
    *("smpp", "smpp_path", "lots", "invoicing", "reminders", "calendars"),
)


def main() -> int:
    """Run the benches that were asked for; 0 where no target was missed."""
    garbage.settle()  # as the service does when it has loaded all it needs
    asked = _arguments()
    tools = _tools()
    benches: dict[str, Callable[[], list[Figure]]] = {
        "engine": lambda: engine.bench(asked.rounds),
        "extraction": lambda: extraction.bench(asked.rounds),
        "idle": lambda: idle.bench(asked.rounds),
        "intake": lambda: intake.bench(tools, asked.rounds, asked.mails) if tools else [],
        "whole_path": lambda: whole_path.bench(tools, asked.rounds, asked.mails),
        "fairness": fairness.bench,
        "lots": lambda: lots.bench(asked.rounds),
        "invoicing": invoicing.bench,
        "reminders": lambda: reminders.bench(asked.rounds),
        "calendars": lambda: calendars.bench(asked.rounds),
        "smpp": lambda: smpp.bench(asked.rounds, 5 * asked.mails),
        "smpp_path": lambda: smpp_path.bench(tools, asked.rounds, 4 * asked.mails),
    }
    figures: list[Figure] = []
    for name in asked.benches or BENCHES:
        print(f"{name} …", file=sys.stderr)  # noqa: T201 - it takes minutes
        found = benches[name]()
        show(found, as_json=asked.json)
        figures += found
    return 1 if any(each.met is False for each in figures) else 0


def _tools() -> Tools | None:
    try:
        return unpack()
    except PostfixMissing as missing:
        print(f"NOT MEASURED AGAINST POSTFIX: {missing}", file=sys.stderr)  # noqa: T201 - whoever runs it reads it
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], help="all where none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mails", type=int, default=4_000, help="of one round")
    parser.add_argument("--json", action="store_true", help="one figure a line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
