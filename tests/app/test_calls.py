"""A command finds its way: through the running service or alone; and reading disturbs nobody."""

import asyncio
import contextlib
import re
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.accounts.refusals import Refused
from gateway.app import calls, direct, opening
from gateway.app.control import listening
from gateway.app.rules import read_rules
from gateway.engine.sqlite import LockFile, file_of
from gateway.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A gateway with its tables, on either database, and no service."""
    return Settings(data_dir=tmp_path / "var", database_url=database_url)


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """A fresh machine: SQLite in a data directory that does not exist yet."""
    return Settings(data_dir=tmp_path / "var")


def slugs(settings: Settings) -> list[str]:
    """The accounts that a reader sees."""
    return [each["slug"] for each in calls.listing(settings, "account.list")]


def test_without_a_service_a_command_does_its_work_alone(settings: Settings) -> None:
    for name in ("Clinic", "Bank"):
        calls.change(settings, "account.add", name=name)
    assert slugs(settings) == ["bank", "clinic"]
    assert calls.show(settings, "account.show", account="clinic")["name"] == "Clinic"


def test_a_refusal_reaches_who_asked(settings: Settings) -> None:
    with pytest.raises(Refused, match="no account 'nobody'"):
        calls.change(settings, "account.suspend", account="nobody")
    with pytest.raises(Refused, match="no account 'nobody'"):
        calls.show(settings, "account.show", account="nobody")
    with pytest.raises(Refused, match="no account 'nobody'"):
        list(calls.listing(settings, "sender.list", account="nobody"))


def test_the_first_command_on_a_fresh_machine_makes_the_database(sqlite_settings: Settings) -> None:
    calls.change(sqlite_settings, "account.add", name="Clinic")
    assert slugs(sqlite_settings) == ["clinic"]
    assert sqlite_settings.data_dir.stat().st_mode & 0o777 == 0o700


async def test_with_a_service_it_does_the_work(sqlite_settings: Settings) -> None:
    """Reads go past it, on the same file; before the change, after it, and with another reader half-way through."""
    async with (
        opening.open_current(sqlite_settings) as engine,
        listening(engine, sqlite_settings, read_rules(sqlite_settings)),
    ):
        await asyncio.to_thread(calls.change, sqlite_settings, "account.add", name="Clinic")
        half_way = calls.listing(sqlite_settings, "account.list")
        assert next(half_way)["slug"] == "clinic"
        await asyncio.to_thread(calls.change, sqlite_settings, "account.add", name="Bank")
        assert slugs(sqlite_settings) == ["bank", "clinic"]
        assert list(half_way) == []
    assert slugs(sqlite_settings) == ["bank", "clinic"]


async def test_a_command_waits_for_a_service_that_is_starting(sqlite_settings: Settings) -> None:
    async with opening.open_current(sqlite_settings) as engine:
        command = asyncio.create_task(asyncio.to_thread(calls.change, sqlite_settings, "account.add", name="Clinic"))
        async with listening(engine, sqlite_settings, read_rules(sqlite_settings)):
            assert (await command)["slug"] == "clinic"


def test_a_database_that_stays_busy_is_told(sqlite_settings: Settings) -> None:
    sqlite_settings.data_dir.mkdir()
    with LockFile(file_of(sqlite_settings.url)), pytest.raises(Refused, match="stays busy"):
        direct.change(sqlite_settings, "account.add", {"name": "Clinic"}, patience_s=0)


async def test_many_commands_at_once_wait_for_each_other(sqlite_settings: Settings) -> None:
    names = [f"client-{number}" for number in range(6)]
    opening_hours = [asyncio.to_thread(calls.change, sqlite_settings, "account.add", name=name) for name in names]
    await asyncio.gather(*opening_hours)
    assert slugs(sqlite_settings) == names


def test_reading_what_is_not_there_yet_is_told(sqlite_settings: Settings) -> None:
    """Also where it was looked for: whoever calls from another folder meant another one."""
    for directory in (sqlite_settings.data_dir, Path("nowhere")):
        with pytest.raises(Refused, match=re.escape(f"no database at {directory.absolute()}")) as refused:
            slugs(replace(sqlite_settings, data_dir=directory))
        assert "GATEWAY_DATA_DIR" in refused.value.cure


def test_reading_a_database_without_its_tables_is_told_what_brings_them(
    empty_database_url: str, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url)
    if settings.on_sqlite:
        file_of(empty_database_url).touch()
    with pytest.raises(Refused, match="not at the version") as refused:
        slugs(settings)
    assert refused.value.cure == "Run `gateway migrate`."


def test_reading_a_database_that_lacks_what_it_should_have_is_told(sqlite_settings: Settings) -> None:
    opening.migrate(sqlite_settings)
    with contextlib.closing(sqlite3.connect(file_of(sqlite_settings.url))) as database:
        database.execute("ALTER TABLE account RENAME COLUMN slug TO snail")
    with pytest.raises(Refused, match="cannot be used: no such column"):
        slugs(sqlite_settings)


def test_migrating_makes_the_tables_and_may_be_repeated(empty_database_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url)
    for _ in range(2):
        opening.migrate(settings)
    assert slugs(settings) == []


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgres"])
def test_an_old_postgresql_database_waits_for_the_operator(empty_database_url: str, tmp_path: Path) -> None:
    """Other processes may be at work on it."""
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url)
    with pytest.raises(Refused, match="gateway migrate"):
        calls.change(settings, "account.add", name="Clinic")


def test_a_database_in_use_is_not_migrated(sqlite_settings: Settings) -> None:
    sqlite_settings.data_dir.mkdir()
    with LockFile(file_of(sqlite_settings.url)), pytest.raises(Refused, match="already works on"):
        opening.migrate(sqlite_settings)


def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = Settings(data_dir=tmp_path, database_url=f"postgresql://127.0.0.1:{port}/gateway")
    for way in (lambda: opening.migrate(settings), lambda: slugs(settings)):
        with pytest.raises(Refused, match="cannot be used"):
            way()
    with pytest.raises(Refused, match="cannot be used"):
        calls.change(settings, "account.add", name="Clinic")


def test_a_data_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    settings = Settings(data_dir=blocked)
    with pytest.raises(Refused, match="cannot be used"):
        calls.change(settings, "account.add", name="Clinic")
    with pytest.raises(Refused, match="cannot be used"):
        opening.migrate(settings)
