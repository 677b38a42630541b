"""The real command as a process of its own: with a running service, without one, and on PostgreSQL."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import run_well

START_S = 60
GATEWAY = [sys.executable, "-m", "gateway"]

Gateway = Callable[..., "subprocess.CompletedProcess[str]"]
Ok = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def process_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh machine, with free ports."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    ours = {"GATEWAY_DATA_DIR": str(tmp_path / "var"), "GATEWAY_SMTP_PORT": "0", "GATEWAY_WEB_PORT": "0"}
    return {**clean, **ours}


@pytest.fixture
def gateway(process_environment: dict[str, str]) -> Gateway:
    """Run ``gateway`` to its end."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own words
            [*GATEWAY, *arguments],
            env=process_environment,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )

    return run


@pytest.fixture
def ok(process_environment: dict[str, str]) -> Ok:
    """Run ``gateway … --json`` in this process, once the real one was seen to get through."""
    return partial(run_well, process_environment)


@contextlib.contextmanager
def serving(environment: dict[str, str], *arguments: str, until: str) -> Iterator["subprocess.Popen[str]"]:
    """A service that has said ``until``; killed at the end where it still runs."""
    with subprocess.Popen(  # noqa: S603 - our own words
        [*GATEWAY, "serve", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert any(until in line for line in process.stdout), "it ended before it was ready"
            yield process
        finally:
            process.kill()


def parsed(result: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    """The objects that a command has printed."""
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_a_service_commands_work(gateway: Gateway) -> None:
    (added,) = parsed(gateway("account", "add", "Clinic", "--json"))
    assert parsed(gateway("account", "list", "--json")) == [added]


def test_with_a_service_commands_work_and_its_demonstration_is_delivered(
    gateway: Gateway, ok: Ok, process_environment: dict[str, str]
) -> None:
    with serving(process_environment, "--demo", until="gateway calendar health") as service:
        (added,) = parsed(gateway("account", "add", "Clinic", "--json"))
        assert added["slug"] == "clinic"
        reminder, message = ok("sms", "list")
        assert (reminder["account"], reminder["state"], reminder["units"]) == ("demo", "delivered", 1)
        told = ok("reminder", "list", "demo", "--state", "delivered")
        assert [each["message_id"] for each in told] == [reminder["id"]]
        assert (message["account"], message["state"], message["units"]) == ("demo", "delivered", 1)
        (mail,) = ok("mail", "list")
        (shown,) = ok("mail", "show", mail["id"])
        assert (mail["state"], [each["id"] for each in shown["messages"]]) == ("sent_on", [message["id"]])
        (demo,) = ok("demo")
        assert demo["units_left"] == 118  # 100 for mails and 20 for reminders, and one of each was sent
        second = gateway("serve")
        assert (second.returncode, second.stdout) == (1, "")
        assert "already works on" in second.stderr
        service.send_signal(signal.SIGTERM)
        assert service.wait(START_S) == 0
    assert ok("audit") == []


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgres"])
def test_on_postgresql_commands_go_straight_in(
    gateway: Gateway, ok: Ok, process_environment: dict[str, str], empty_database_url: str
) -> None:
    process_environment["GATEWAY_DATABASE_URL"] = empty_database_url
    early = gateway("account", "add", "Clinic")
    assert (early.returncode, "gateway migrate" in early.stderr) == (1, True)
    assert gateway("migrate").returncode == 0
    with serving(process_environment, until="health"):
        (added,) = parsed(gateway("account", "add", "Clinic", "--json"))
        assert ok("account", "list") == [added]
    assert not (Path(process_environment["GATEWAY_DATA_DIR"]) / "control.sock").exists()


def test_roles_need_postgresql(gateway: Gateway) -> None:
    result = gateway("serve", "--role", "worker")
    assert (result.returncode, "one process with all roles" in result.stderr) == (1, True)


def test_a_port_that_is_taken_is_named_with_the_cure(gateway: Gateway, process_environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = process_environment["GATEWAY_WEB_PORT"] = str(taken.getsockname()[1])
        result = gateway("serve")
    assert result.returncode == 1
    assert f"The service cannot start: 127.0.0.1:{port}: Address already in use." in result.stderr
    assert "set another port by GATEWAY_SMTP_PORT, GATEWAY_WEB_PORT" in result.stderr


def test_an_unknown_role_is_wrong_usage(gateway: Gateway) -> None:
    result = gateway("serve", "--role", "chef")
    assert (result.returncode, "no role chef" in result.stderr) == (2, True)


def test_help_loads_nothing_that_takes_time() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, gateway.cli.program; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"sqlalchemy", "rich", "alembic", "phonenumbers", "asyncio"} & set(loaded) == set()
