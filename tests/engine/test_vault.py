"""The vault: what is in the database is of no use without the key, nor in another row."""

import base64
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from gateway.engine.database import Engine
from gateway.engine.vault import KEY_BYTES, Vault, VaultError, keys_in_use, open_vault, secret

OLD_KEY, NEW_KEY = bytes(KEY_BYTES), b"\x01" * KEY_BYTES
OLD, NEW, BOTH = Vault([OLD_KEY]), Vault([NEW_KEY]), Vault([NEW_KEY, OLD_KEY])
TOKEN = b"a token of 24 characters"


async def keep(engine: Engine, vault: Vault = OLD, owner: str = "calendar:1", value: bytes = TOKEN) -> None:
    """Store a secret of account 7."""
    await engine.write(lambda connection: vault.keep(connection, 7, owner, value))


async def opened(engine: Engine, vault: Vault = OLD, owner: str = "calendar:1") -> bytes | None:
    """The secret of account 7."""
    return await engine.read(lambda connection: vault.open(connection, 7, owner))


async def test_what_was_kept_can_be_opened(engine: Engine) -> None:
    await keep(engine)
    assert await opened(engine) == TOKEN


async def test_the_database_holds_neither_the_secret_nor_the_key(engine: Engine) -> None:
    await keep(engine)
    row = await engine.read(lambda connection: connection.execute(select(secret)).one())
    stored = b"".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
    assert [each for each in (TOKEN, OLD_KEY, OLD_KEY.hex().encode()) if each in stored] == []


async def test_a_secret_kept_again_replaces_the_old_one(engine: Engine) -> None:
    await keep(engine)
    await keep(engine, value=b"newer")
    assert await opened(engine) == b"newer"


async def test_the_same_secret_never_looks_the_same_twice(engine: Engine) -> None:
    await keep(engine, owner="calendar:1")
    await keep(engine, owner="calendar:2")
    stored = await engine.read(lambda connection: list(connection.scalars(select(secret.c.ciphertext))))
    assert len(set(stored)) == 2


async def test_nothing_kept_is_none_and_nothing_to_forget(engine: Engine) -> None:
    assert await opened(engine) is None
    assert not await engine.write(lambda connection: OLD.forget(connection, 7, "calendar:1"))


async def test_what_was_forgotten_is_gone(engine: Engine) -> None:
    await keep(engine)
    assert await engine.write(lambda connection: OLD.forget(connection, 7, "calendar:1"))
    assert await opened(engine) is None


@pytest.mark.parametrize("elsewhere", [{"account_id": 8}, {"owner": "calendar:2"}], ids=["account", "owner"])
async def test_a_ciphertext_moved_to_another_row_is_refused(engine: Engine, elsewhere: dict[str, object]) -> None:
    """Whoever can write to the database cannot make one client's token work for another."""
    await keep(engine)
    await engine.write(lambda connection: connection.execute(update(secret).values(**elsewhere)).rowcount)
    account_id, owner = elsewhere.get("account_id", 7), elsewhere.get("owner", "calendar:1")
    with pytest.raises(VaultError, match="altered or moved"):
        await engine.read(lambda connection: OLD.open(connection, int(str(account_id)), str(owner)))


async def test_an_altered_ciphertext_is_refused(engine: Engine) -> None:
    await keep(engine)
    stored = await engine.read(lambda connection: connection.execute(select(secret.c.ciphertext)).scalar_one())
    altered = update(secret).values(ciphertext=stored[:-1] + bytes([stored[-1] ^ 1]))
    await engine.write(lambda connection: connection.execute(altered).rowcount)
    with pytest.raises(VaultError, match="altered or moved"):
        await opened(engine)


async def test_a_missing_key_is_named(engine: Engine) -> None:
    await keep(engine)
    with pytest.raises(VaultError, match=r"no key [0-9a-f]{16} in the vault: add the key"):
        await opened(engine, NEW)


async def test_the_first_key_encrypts_and_all_decrypt(engine: Engine) -> None:
    await keep(engine, OLD)
    assert await opened(engine, BOTH) == TOKEN
    await keep(engine, BOTH)
    assert await opened(engine, NEW) == TOKEN


async def test_rotation_goes_by_batches_until_no_secret_needs_the_old_key(engine: Engine) -> None:
    def keep_many(connection: Connection) -> None:
        for number in range(501):
            OLD.keep(connection, number, "calendar:1", TOKEN)

    await engine.write(keep_many)
    assert [await engine.write(BOTH.rotate) for _ in range(3)] == [500, 1, 0]
    assert list((await engine.read(keys_in_use)).values()) == [501]
    assert await opened(engine, NEW) == TOKEN


def test_the_first_use_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    open_vault(tmp_path / "var", {})
    path = tmp_path / "var" / "vault.key"
    assert (path.stat().st_mode & 0o777, len(base64.b64decode(path.read_bytes()))) == (0o600, KEY_BYTES)
    assert list(path.parent.iterdir()) == [path]


async def test_the_key_made_first_is_used_ever_after(engine: Engine, tmp_path: Path) -> None:
    await keep(engine, open_vault(tmp_path, {}))
    assert await opened(engine, open_vault(tmp_path, {})) == TOKEN


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    vaults: list[Vault] = []
    threads = [threading.Thread(target=lambda: vaults.append(open_vault(tmp_path, {}))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(vaults), len({vault._first for vault in vaults})) == (8, 1)


async def test_a_systemd_credential_goes_before_the_file(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "vault.key").touch(mode=0o400)
    (tmp_path / "vault.key").write_bytes(base64.b64encode(OLD_KEY))
    vault = open_vault(tmp_path / "var", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    await keep(engine, vault)
    assert await opened(engine, OLD) == TOKEN
    assert not (tmp_path / "var").exists()


def test_without_that_credential_the_file_counts(tmp_path: Path) -> None:
    open_vault(tmp_path / "var", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (tmp_path / "var" / "vault.key").exists()


@pytest.mark.parametrize(
    ("content", "mode", "complaint"),
    [
        (b"not a key!", 0o600, "a line that is no key"),
        (base64.b64encode(b"short"), 0o600, "a vault key has 32 bytes"),
        (b"", 0o600, "the vault has no key"),
        (base64.b64encode(OLD_KEY), 0o644, "open to every user of this machine: chmod 600"),
    ],
)
def test_a_key_file_that_will_not_do_is_told(tmp_path: Path, content: bytes, mode: int, complaint: str) -> None:
    path = tmp_path / "vault.key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(VaultError, match=complaint):
        open_vault(tmp_path, {})
