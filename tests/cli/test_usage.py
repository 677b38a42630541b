"""Wrong usage is answered in plain words, with what would do."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.output import called
from gateway.cli.program import program


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pack", "add", "clinic", "-5"], "-5 begins with a dash, so it was taken for an option. Numbers here are not"),
        (["pack", "add", "clinic", "many"], "Invalid value for 'units': this is no whole number."),
        (["sms", "list", "--limit", "0"], "Invalid value for '--limit': take 1 or more."),
        (["sms", "list", "--state", "lost"], "Invalid value for '--state': 'lost' is not one of 'queued', "),
        (["sms", "list", "--stat", "held"], "No such option: --stat (Possible options: --state)"),
        (["pack", "ad"], "No such command 'ad'. Did you mean 'add'?"),
    ],
)
def test_wrong_usage_says_what_would_do(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 2
    assert f"Error: {said}" in result.stderr


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(program, ["--version"])
    assert (result.exit_code, result.stdout.strip()) == (0, version("mail-sms-gateway"))


@pytest.fixture
def started_as(tmp_path: Path) -> Path:
    """The program as it lies in an environment of its own."""
    program_file = tmp_path / "gateway"
    program_file.touch(mode=0o755)
    return program_file


def test_the_program_names_itself_as_it_was_called(monkeypatch: pytest.MonkeyPatch, started_as: Path) -> None:
    """A command that is printed to be copied must be found by the shell that it is pasted into."""
    monkeypatch.setattr(sys, "argv", [str(started_as)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert called() == str(started_as)
    monkeypatch.setenv("PATH", str(started_as.parent))
    assert called() == "gateway"
    monkeypatch.setattr(sys, "argv", ["/srv/gateway/__main__.py"])
    assert called() == "python -m gateway"
