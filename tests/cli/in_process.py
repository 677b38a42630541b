"""``gateway`` in the process of the tests: a process of its own takes a second to start."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gateway.cli.program import program

#: Built once: typer's own runner builds every command of the program for each one that is run.
_COMMAND = get_command(program)


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str


def run(environment: Mapping[str, str], *arguments: str, input: str | None = None) -> Result:  # noqa: A002 - as in subprocess
    """Run ``gateway`` with these arguments, and ``environment`` beside what is there."""
    with CliRunner().isolation(input, environment) as (stdout, stderr, _both):
        with pytest.raises(SystemExit) as ended:
            _COMMAND.main(arguments, "gateway")
        sys.stdout.flush()
        sys.stderr.flush()
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, stdout.getvalue().decode(), stderr.getvalue().decode())


def run_well(environment: Mapping[str, str], *arguments: str) -> list[dict[str, Any]]:
    """Run ``gateway … --json``, which must succeed; the objects printed."""
    result = run(environment, *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]
