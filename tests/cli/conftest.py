"""The command line, run as a person would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.program import program

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

    def run(*arguments: str, **more: Any) -> Result:
        return CliRunner().invoke(program, [*arguments], env=environment, catch_exceptions=False, **more)

    return run


@pytest.fixture
def ok(gateway: Run) -> Callable[..., list[dict[str, Any]]]:
    """Run ``gateway … --json``, which must succeed; the objects printed."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        result = gateway(*arguments, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run
