"""Secrets at rest: encrypted so that a copy of the database alone gives none of them away.

A secret belongs to an account and an owner (``calendar:17``, ``smpp:main``). Its ciphertext is bound to both: moved to
another row it can no longer be opened. AES-256-GCM as in NIST SP 800-38D, with a random 96-bit nonce for each
encryption; a key should be replaced long before 2^32 of them.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from gateway.engine.metadata import METADATA
from gateway.engine.upsert import insert_or

KEY_BYTES = 32
_NONCE_BYTES = 12
_ROTATION_BATCH = 500

secret = Table(
    "secret",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", String(80), primary_key=True),
    Column("key_id", String(16), nullable=False),  # which key opens it; tells nothing about the key
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Index("ix_secret_key_id", "key_id"),
)


class VaultError(Exception):
    """A key is missing or malformed, or a secret was tampered with; the text says which and what to do."""


class Vault:
    """Keeps and opens secrets. The first key encrypts; all decrypt, so that a key can be replaced without a stop."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise VaultError("the vault has no key")
        if any(len(key) != KEY_BYTES for key in keys):
            raise VaultError(f"a vault key has {KEY_BYTES} bytes")
        self._keys = tuple(keys)
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._first = _key_id(keys[0])

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Keys for another purpose, one from each of ours in their order; they tell nothing about these (RFC 5869)."""
        return tuple(HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(key) for key in self._keys)

    def keep(self, connection: Connection, account_id: int, owner: str, value: bytes) -> None:
        """Store ``value``, in place of what the owner had."""
        sealed = self._seal(account_id, owner, value)
        statement = insert_or(connection, secret).values(account_id=account_id, owner=owner, **sealed)
        replaced = statement.on_conflict_do_update(index_elements=["account_id", "owner"], set_=sealed)
        connection.execute(replaced)

    def open(self, connection: Connection, account_id: int, owner: str) -> bytes | None:
        """The secret of the owner, ``None`` where there is none; ``VaultError`` where it cannot be opened."""
        row = connection.execute(
            select(secret.c.key_id, secret.c.nonce, secret.c.ciphertext).where(*_of(account_id, owner))
        ).one_or_none()
        return None if row is None else self._unseal(account_id, owner, row.key_id, row.nonce, row.ciphertext)

    def forget(self, connection: Connection, account_id: int, owner: str) -> bool:
        """Delete the secret of the owner; whether there was one."""
        return connection.execute(delete(secret).where(*_of(account_id, owner))).rowcount == 1

    def rotate(self, connection: Connection) -> int:
        """Encrypt up to 500 secrets of older keys again with the first; 0 means that older keys may go."""
        old = connection.execute(select(secret).where(secret.c.key_id != self._first).limit(_ROTATION_BATCH)).all()
        for row in old:
            value = self._unseal(row.account_id, row.owner, row.key_id, row.nonce, row.ciphertext)
            # only where nobody has stored a newer value meanwhile
            fence = (*_of(row.account_id, row.owner), secret.c.nonce == row.nonce)
            sealed = self._seal(row.account_id, row.owner, value)
            connection.execute(update(secret).where(*fence).values(**sealed))
        return len(old)

    def _seal(self, account_id: int, owner: str, value: bytes) -> dict[str, str | bytes]:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._ciphers[self._first].encrypt(nonce, value, _bound_to(account_id, owner))
        return {"key_id": self._first, "nonce": nonce, "ciphertext": ciphertext}

    def _unseal(self, account_id: int, owner: str, key_id: str, nonce: bytes, ciphertext: bytes) -> bytes:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise VaultError(f"no key {key_id} in the vault: add the key that was in use to the end of the key file")
        try:
            return cipher.decrypt(nonce, ciphertext, _bound_to(account_id, owner))
        except InvalidTag:
            raise VaultError("a secret was altered or moved to another owner; it has to be entered again") from None


def keys_in_use(connection: Connection) -> dict[str, int]:
    """How many secrets each key still holds."""
    rows = connection.execute(select(secret.c.key_id, func.count()).group_by(secret.c.key_id))
    return {row[0]: row[1] for row in rows}


def open_vault(data_dir: Path, environment: Mapping[str, str] = os.environ) -> Vault:
    """The vault with the keys of this installation.

    They come from the systemd credential ``vault.key`` where there is one, else from ``vault.key`` in the data
    directory, which is made on first use and readable by its owner only. One key in base64 a line, the newest first.
    """
    if folder := environment.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / "vault.key"
        if credential.exists():
            return Vault(_read_keys(credential))
    path = data_dir / "vault.key"
    if not path.exists():
        _make_key(path)
    return Vault(_read_keys(path))


def _make_key(path: Path) -> None:
    """Write the file beside and link it into place, so that of two processes that start at once one key survives."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was quicker: its key counts
    finally:
        draft.unlink()


def _read_keys(path: Path) -> list[bytes]:
    if path.stat().st_mode & 0o007:
        raise VaultError(f"{path} is open to every user of this machine: chmod 600 {path}")
    try:
        return [base64.b64decode(line, validate=True) for line in path.read_bytes().split()]
    except binascii.Error:
        raise VaultError(f"{path} has a line that is no key: a key is {KEY_BYTES} bytes in base64") from None


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"vault key id" + key).hexdigest()[:16]


def _bound_to(account_id: int, owner: str) -> bytes:
    return f"{secret.name}\0{account_id}\0{owner}".encode()


def _of(account_id: int, owner: str) -> tuple[ColumnElement[bool], ...]:
    return secret.c.account_id == account_id, secret.c.owner == owner
