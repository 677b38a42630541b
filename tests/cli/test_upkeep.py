"""``gateway doctor`` and ``gateway migrate``."""

import json
from pathlib import Path
from typing import Any

Gateway = Any  # the fixture of conftest.py


def test_migrating_makes_a_database_that_the_doctor_finds_well(
    gateway: Gateway, environment: dict[str, str], empty_database_url: str
) -> None:
    environment["GATEWAY_DATABASE_URL"] = empty_database_url
    assert gateway("migrate").exit_code == 0
    result = gateway("doctor", "--json")
    found = {each["name"]: each["health"] for each in map(json.loads, result.stdout.splitlines())}
    assert (result.exit_code, found["database"]) == (0, "well")


def test_what_must_be_mended_ends_in_exit_code_1(gateway: Gateway, environment: dict[str, str], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    environment["GATEWAY_DATA_DIR"] = str(blocked)
    result = gateway("doctor")
    assert result.exit_code == 1
    assert "cannot be written" in result.stdout
