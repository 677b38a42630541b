"""App passwords prove an account, are shown once, and end when revoked."""

import re

import pytest
from sqlalchemy import select

from gateway.accounts import audit_trail, passwords
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import app_password
from gateway.accounts.words import Action
from gateway.engine.database import Engine
from tests.accounts.steps import add_client, add_password, change


async def verify(engine: Engine, login: str, password: str) -> tuple[int, int] | None:
    """What these credentials prove."""
    return await engine.read(lambda connection: passwords.verify(connection, login, password))


async def test_a_password_proves_its_account(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    new = await add_password(engine, "clinic")
    assert await verify(engine, new.login, new.password) == (client.account_id, new.password_id)


async def test_a_password_is_160_random_bits_in_groups_of_four(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    one, other = await add_password(engine, "clinic"), await add_password(engine, "clinic")
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){7}", one.password)
    assert one.password != other.password
    assert one.login != other.login


async def test_a_password_may_be_typed_with_spaces_capitals_or_without_dashes(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    new = await add_password(engine, "clinic", login="Printer")
    for typed in (new.password.upper(), new.password.replace("-", " "), new.password.replace("-", "")):
        assert await verify(engine, "PRINTER", typed) is not None


async def test_wrong_credentials_prove_nothing(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    new = await add_password(engine, "clinic", login="printer")
    for login, password in [
        ("printer", ""),
        ("printer", new.password[:-1]),
        ("printer", new.password + "a"),
        ("scanner", new.password),
        ("", ""),
        ("nobody", ""),
        ("printer", new.password * 10),
        ("printer" * 100, new.password),
        ("printer", "\ud800"),
        ("\ud800", new.password),
        ("print\x00er", new.password),
    ]:
        assert await verify(engine, login, password) is None


async def test_only_a_digest_is_stored(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    new = await add_password(engine, "clinic")
    stored = await engine.read(lambda connection: connection.execute(select(app_password)).one())
    assert re.fullmatch(r"[0-9a-f]{64}", stored.digest)
    assert new.password not in str(tuple(stored))
    assert new.password not in repr(new)


async def test_a_revoked_password_proves_nothing_and_stays_listed(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    new = await add_password(engine, "clinic", login="printer", label="ground floor")
    await change(engine, passwords.revoke, account="clinic", login="Printer")
    assert await verify(engine, "printer", new.password) is None
    (listed,) = await engine.read(lambda connection: list(passwords.listing(connection, account="clinic")))
    assert (listed.login, listed.label, listed.revoked_at) == ("printer", "ground floor", engine.clock.now())


async def test_a_password_is_revoked_once_and_by_its_own_account(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
    new = await add_password(engine, "clinic", login="printer")
    with pytest.raises(Refused, match="no password in force"):
        await change(engine, passwords.revoke, account="bank", login="printer")
    assert await verify(engine, "printer", new.password) is not None
    await change(engine, passwords.revoke, account="clinic", login="printer")
    with pytest.raises(Refused, match="no password in force"):
        await change(engine, passwords.revoke, account="clinic", login="printer")


async def test_a_login_names_one_account(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
    await add_password(engine, "clinic", login="printer")
    with pytest.raises(Refused, match="taken"):
        await add_password(engine, "bank", login="Printer")


@pytest.mark.parametrize("wrong", [{"login": "a"}, {"login": "with space"}, {"login": "é" * 5}, {"label": "l" * 81}])
async def test_an_impossible_login_or_label_is_refused(engine: Engine, wrong: dict[str, str]) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused):
        await add_password(engine, "clinic", **wrong)


async def test_passwords_leave_a_record_without_the_secret(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    await add_password(engine, "clinic", login="printer")
    await change(engine, passwords.revoke, account="clinic", login="printer")
    recorded = await engine.read(lambda connection: list(audit_trail.entries(connection, client.account_id)))
    assert [(entry.action, entry.detail) for entry in recorded[:2]] == [
        (Action.PASSWORD_REVOKED, {"login": "printer"}),
        (Action.PASSWORD_ADDED, {"login": "printer"}),
    ]
