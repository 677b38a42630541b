"""Writes the next migration: ``make migration name=what_changes``."""

import sys

from gateway.app.schema import METADATA
from gateway.engine.migration import VERSIONS, draft


def main() -> None:
    """Write it beside the others and say where."""
    if len(sys.argv) != len(["program", "name"]):
        sys.exit("say what changes: make migration name=what_changes")
    name, source = draft(METADATA, sys.argv[1])
    (VERSIONS / name).write_text(source)
    sys.stdout.write(f"{VERSIONS / name}: read it, then let `ruff format` lay it out\n")


if __name__ == "__main__":
    main()
