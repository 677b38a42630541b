"""The command line, run as a person would."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import Result, run, run_well


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
def gateway(environment: dict[str, str]) -> Callable[..., Result]:
    """Run ``gateway`` with these arguments in this process."""
    return partial(run, environment)


@pytest.fixture
def ok(environment: dict[str, str]) -> Callable[..., list[dict[str, Any]]]:
    """Run ``gateway … --json``, which must succeed; the objects printed."""
    return partial(run_well, environment)
