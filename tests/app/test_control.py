"""The control socket: the running service does commands for its own user, and survives every caller."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app.asking import LINE_BYTES, NoService, ask, is_listening, socket_path
from gateway.app.control import listening, user_name
from gateway.app.rules import read_rules
from gateway.engine.database import Engine
from gateway.settings import Settings
from plans.words import Reason


@pytest.fixture
def backend() -> str:
    """On PostgreSQL commands go straight in, and nobody listens."""
    return "sqlite"


@pytest.fixture
async def data_dir(engine: Engine, tmp_path: Path) -> AsyncIterator[Path]:
    """The data directory of a service that listens."""
    async with service(engine, tmp_path):
        yield tmp_path


def service(engine: Engine, data_dir: Path) -> AbstractAsyncContextManager[None]:
    """The listening part of a service."""
    settings = Settings(data_dir=data_dir)
    return listening(engine, settings, read_rules(settings))


async def do(data_dir: Path, command: str, **arguments: Any) -> Any:
    """Ask from outside the event loop, as another process would."""
    return await asyncio.to_thread(ask, data_dir, command, arguments)


async def send(data_dir: Path, *chunks: bytes) -> list[Any]:
    """Write raw bytes to the socket and read the answers to its end."""
    reader, writer = await asyncio.open_unix_connection(str(socket_path(data_dir)))
    for chunk in chunks:
        writer.write(chunk)
    writer.write_eof()
    answers = (await reader.read()).splitlines()
    writer.close()
    await writer.wait_closed()
    return [json.loads(each) for each in answers]


async def test_the_service_does_a_command_in_the_name_of_who_calls(engine: Engine, data_dir: Path) -> None:
    answer = await do(data_dir, "account.add", name="Clinic", country="BE")
    client = await engine.read(lambda connection: clients.find(connection, "clinic"))
    assert (answer["account_id"], answer["country"]) == (str(client.account_id), "BE")
    history = await engine.read(lambda connection: list(clients.history(connection, account="clinic")))
    assert [entry.actor for entry in history] == [user_name(os.geteuid())]


async def test_a_refusal_comes_back_with_reason_and_cure(data_dir: Path) -> None:
    with pytest.raises(Refused) as refused:
        await do(data_dir, "account.suspend", account="nobody")
    assert refused.value.reason is Reason.ACCOUNT_UNKNOWN
    assert "account list" in refused.value.cure


async def test_a_refused_command_changes_nothing(engine: Engine, data_dir: Path) -> None:
    with pytest.raises(Refused):
        await do(data_dir, "account.add", name="Clinic", country="XX")
    assert await engine.read(lambda connection: list(clients.listing(connection))) == []


@pytest.mark.parametrize(
    ("command", "arguments", "named"),
    [
        ("account.explode", {}, "no command 'account.explode'"),
        ("account.list", {}, "no command 'account.list'"),
        ("account.add", {"name": 5}, "name = 5 does not fit"),
        ("account.add", {"name": "x", "actor": "root"}, "no argument actor"),
        ("account.add", {"name": "x" * LINE_BYTES}, "too long"),
    ],
)
async def test_what_is_no_command_is_refused(
    data_dir: Path, command: str, arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(Refused, match=named):
        await do(data_dir, command, **arguments)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"hello\n", id="text"),
        pytest.param(b"\n", id="blank"),
        pytest.param(b"\xff\xfe\n", id="no utf-8"),
        pytest.param(b"null\n", id="null"),
        pytest.param(b"{}\n", id="empty object"),
        pytest.param(b'{"command": 1, "arguments": {}}\n', id="number for a name"),
        pytest.param(b'{"command": "account.add", "arguments": []}\n', id="list for arguments"),
        pytest.param(b"[" * 60_000 + b"\n", id="deeply nested"),
    ],
)
async def test_a_line_that_is_no_command_gets_an_error(data_dir: Path, line: bytes) -> None:
    (answer,) = await send(data_dir, line)
    assert answer["error"]["text"] == "This is no command."


async def test_several_commands_may_follow_each_other(data_dir: Path) -> None:
    lines = [
        json.dumps({"command": "account.add", "arguments": {"name": name}}).encode() + b"\n" for name in ("One", "Two")
    ]
    assert [answer["result"]["slug"] for answer in await send(data_dir, b"".join(lines))] == ["one", "two"]


async def test_a_line_without_end_is_cut_off_and_the_next_caller_served(data_dir: Path) -> None:
    with pytest.raises((ConnectionError, BrokenPipeError)):
        await send(data_dir, b"x" * (20 * LINE_BYTES))
    assert (await do(data_dir, "account.add", name="Clinic"))["slug"] == "clinic"


async def test_a_caller_that_hangs_up_at_once_does_no_harm(data_dir: Path) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(socket_path(data_dir)))
            caller.sendall(b'{"command": "account.add", "arguments": {"name": "Clinic"}}')
    assert (await do(data_dir, "account.add", name="Bank"))["slug"] == "bank"


async def test_a_service_that_is_shutting_down_says_so(engine: Engine, data_dir: Path) -> None:
    engine._writes.close()
    with pytest.raises(Refused, match="database did not take it"):
        await do(data_dir, "account.add", name="Clinic")


async def test_a_service_that_stops_waits_for_no_silent_caller(engine: Engine, tmp_path: Path) -> None:
    async with service(engine, tmp_path):
        reader, writer = await asyncio.open_unix_connection(str(socket_path(tmp_path)))
        writer.write(json.dumps({"command": "account.add", "arguments": {"name": "Clinic"}}).encode() + b"\n")
        assert json.loads(await reader.readline())["result"]["slug"] == "clinic"
    assert await reader.read() == b""
    writer.close()


async def test_only_the_owner_may_open_the_socket(data_dir: Path) -> None:
    assert stat.S_IMODE(socket_path(data_dir).stat().st_mode) == 0o600


async def test_without_a_service_nobody_answers(engine: Engine, tmp_path: Path) -> None:
    """Neither before it starts, nor after it stopped, nor where a killed one left its socket behind."""
    assert not is_listening(tmp_path)
    async with service(engine, tmp_path):
        assert await asyncio.to_thread(is_listening, tmp_path)
        assert (await do(tmp_path, "account.add", name="Bank"))["slug"] == "bank"
    with pytest.raises(NoService):
        await do(tmp_path, "account.add", name="Clinic")
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(socket_path(tmp_path)))
    with pytest.raises(NoService):
        await do(tmp_path, "account.add", name="Clinic")


async def test_a_socket_left_behind_is_replaced(engine: Engine, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(socket_path(tmp_path)))
    async with service(engine, tmp_path):
        assert (await do(tmp_path, "account.add", name="Clinic"))["slug"] == "clinic"
    assert not socket_path(tmp_path).exists()


@pytest.mark.parametrize("length", [90, 108, 250])
async def test_a_data_directory_may_have_any_length(engine: Engine, tmp_path: Path, length: int) -> None:
    """A socket address holds 107 bytes, which real paths exceed."""
    deep = tmp_path
    while len(str(deep)) < length:
        deep /= "d" * 40
    deep.mkdir(parents=True, exist_ok=True)
    async with service(engine, deep):
        assert (await do(deep, "account.add", name="Clinic"))["slug"] == "clinic"
        assert socket_path(deep).is_socket()


async def test_an_answer_that_never_comes_is_told(tmp_path: Path) -> None:
    """The service may die between the command and its answer: whether the change was made, nobody knows."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async with await asyncio.start_unix_server(hang_up, socket_path(tmp_path)):
        with pytest.raises(Refused, match="broke off"):
            await do(tmp_path, "account.add", name="Clinic")


@pytest.mark.parametrize("answer", [b"{}\n", b'{"error": "no"}\n', b"[]\n"])
async def test_an_answer_without_sense_is_told(tmp_path: Path, answer: bytes) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(babble, socket_path(tmp_path)):
        with pytest.raises(Refused, match="makes no sense"):
            await do(tmp_path, "account.add", name="Clinic")


def test_a_user_without_a_login_is_named_by_number() -> None:
    assert user_name(4_000_000_000) == "uid 4000000000"
