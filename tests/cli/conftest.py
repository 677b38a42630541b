"""The command line, run as a person would."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gateway.cli.program import program

#: Built once: typer's own runner builds every command of the program for each one that is run.
COMMAND = get_command(program)


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a gateway on either database, on ports of its own."""
    return {
        "GATEWAY_DATA_DIR": str(tmp_path / "var"),
        "GATEWAY_DATABASE_URL": database_url,
        "GATEWAY_SMTP_PORT": "0",
        "GATEWAY_WEB_PORT": "0",
        "GATEWAY_CONFIG": "",
    }


@pytest.fixture
def gateway(environment: dict[str, str]) -> Run:
    """Run ``gateway`` with these arguments in this process."""

    def run(*arguments: str, input: str | None = None) -> Result:  # noqa: A002 - as in subprocess
        with CliRunner().isolation(input, environment) as (stdout, stderr, _both):
            with pytest.raises(SystemExit) as ended:
                COMMAND.main(arguments, "gateway")
            sys.stdout.flush()
            sys.stderr.flush()
            assert isinstance(ended.value.code, int)
            return Result(ended.value.code, stdout.getvalue().decode(), stderr.getvalue().decode())

    return run


@pytest.fixture
def ok(gateway: Run) -> Callable[..., list[dict[str, Any]]]:
    """Run ``gateway … --json``, which must succeed; the objects printed."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        result = gateway(*arguments, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run
