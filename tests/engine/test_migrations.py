"""Migrations: from nothing to the tables of the program, and back, on both databases."""

import ast
import json
import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table, inspect, text

from gateway.app.schema import METADATA
from gateway.engine.metadata import Instant, OneOf
from gateway.engine.migration import VERSIONS, SchemaUnknown, check, downgrade, draft, head, is_current, upgrade
from plans.words import MessageClass
from tests.databases import ON_POSTGRES, from_outside


def test_an_upgraded_database_has_exactly_the_tables_of_the_program(empty_database_url: str) -> None:
    upgrade(empty_database_url, METADATA)
    assert check(empty_database_url, METADATA) == []


def test_a_database_is_current_only_after_the_upgrade(empty_database_url: str) -> None:
    assert not is_current(empty_database_url)
    upgrade(empty_database_url, METADATA)
    assert is_current(empty_database_url)


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    upgrade(empty_database_url, METADATA)
    upgrade(empty_database_url, METADATA)
    assert is_current(empty_database_url)


def test_every_step_can_be_undone_and_done_again(empty_database_url: str) -> None:
    for number in _numbers():
        upgrade(empty_database_url, METADATA, to=number)
        downgrade(empty_database_url, METADATA, to="-1")
        upgrade(empty_database_url, METADATA, to=number)
    downgrade(empty_database_url, METADATA)
    assert inspect(from_outside(empty_database_url)).get_table_names() == ["alembic_version"]


def test_a_difference_is_told(empty_database_url: str) -> None:
    upgrade(empty_database_url, METADATA)
    with from_outside(empty_database_url).begin() as connection:
        connection.execute(text("DROP TABLE daily_count"))
    differences = check(empty_database_url, METADATA)
    assert len(differences) == 1
    assert "'add_table'" in differences[0]
    assert "'daily_count'" in differences[0]


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    with from_outside(database_url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaUnknown, match="has schema version 9999, this program knows up to"):
        is_current(database_url)


def test_an_order_of_fields_that_nobody_chose_follows_the_account_from_version_0020_on(empty_database_url: str) -> None:
    upgrade(empty_database_url, METADATA, to="0019")
    usual, chosen = '["title", "location", "description"]', '["location", "title"]'
    enter = text(
        "INSERT INTO calendar (account_id, calendar_id, connection_id, provider, remote_id, name, zone, paused,"
        " writable, common, settings, version, fault_detail, failures)"
        " VALUES (1, :id, 1, 'ics', '', '', '', false, false, '[]', :settings, 1, '', 0)"
    )
    with from_outside(empty_database_url).begin() as connection:
        for number, order in enumerate((usual, chosen)):
            connection.execute(enter, {"id": number, "settings": f'{{"field_order": {order}, "own": []}}'})
    found = []
    for move, to in ((upgrade, "0020"), (downgrade, "0019")):
        move(empty_database_url, METADATA, to=to)
        with from_outside(empty_database_url).connect() as connection:
            orders = text("SELECT CAST(settings AS TEXT) FROM calendar ORDER BY calendar_id")
            found.append([json.loads(each)["field_order"] for each in connection.scalars(orders)])
    assert found == [[None, json.loads(chosen)], [json.loads(usual), json.loads(chosen)]]


@ON_POSTGRES
def test_processes_that_upgrade_at_once_wait_for_one_another(empty_database_url: str) -> None:
    threads = [threading.Thread(target=upgrade, args=(empty_database_url, METADATA)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # an error in one of them fails the test by its warning
    assert is_current(empty_database_url)


@ON_POSTGRES
def test_hot_tables_leave_room_for_rows_that_change_in_place(empty_database_url: str) -> None:
    upgrade(empty_database_url, METADATA)
    options = text("SELECT relname, reloptions FROM pg_class WHERE relname IN ('job', 'balance')")
    with from_outside(empty_database_url).connect() as connection:
        found = {name: set(values) for name, values in connection.execute(options)}
    assert found == {
        "balance": {"fillfactor=50"},
        "job": {"fillfactor=70", "autovacuum_vacuum_scale_factor=0.01", "autovacuum_vacuum_cost_delay=0"},
    }


def test_files_are_numbered_without_a_gap_and_named_for_what_they_do() -> None:
    names = [path.name for path in _files()]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z_]*\.py", name)] == []
    assert _numbers() == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert head() == _numbers()[-1]


def test_every_file_builds_on_the_one_before() -> None:
    declared = [_declared(path) for path in _files()]
    assert declared == list(zip(_numbers(), [None, *_numbers()[:-1]], strict=True))


def test_no_migration_depends_on_the_code_of_today() -> None:
    """A migration says what was stored then; column types of ours may change or go."""
    assert [path.name for path in _files() if "gateway" in path.read_text()] == []


def test_the_next_migration_says_what_changed_in_plain_types() -> None:
    changed = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(changed)
    Table("parcel", changed, Column("at", Instant), Column("state", OneOf(MessageClass)))
    name, source = draft(changed, "parcels")
    assert name == f"{int(head()) + 1:04}_parcels.py"
    assert "sa.Column('at', sa.BigInteger(), nullable=True)" in source
    assert "sa.Column('state', sa.String(), nullable=True)" in source
    assert source.count("op.") == len(["create_table", "drop_table"])


def _files() -> list[Path]:
    return sorted(VERSIONS.glob("*.py"))


def _numbers() -> list[str]:
    return [path.name[:4] for path in _files()]


def _declared(path: Path) -> tuple[object, object]:
    """The revision and the one before it, as the file declares them."""
    values = {
        target.id: ast.literal_eval(statement.value)
        for statement in ast.parse(path.read_text()).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    return values["revision"], values["down_revision"]
