"""App passwords for SMTP AUTH: random, shown once, each revocable on its own."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.accounts import audit_trail, clients, tables
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Stamp

_RANDOM_BYTES = 20  # 160 bits: too many to guess, so one quick SHA-256 is enough and costs a busy server nothing
_GROUP = 4
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,79}")
_LABEL_LENGTH = 80
_LONGEST_TRIED = 200  # characters: more than anybody types for a password of 32


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password at the only moment at which it is known."""

    password_id: int
    login: str
    password: str = field(repr=False)  # 32 letters and digits of base32, in groups of four


@dataclass(frozen=True, slots=True)
class AppPassword:
    """What is known of a password later."""

    password_id: int
    login: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


def add(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, login: str | None = None, label: str = ""
) -> NewPassword:
    """Make a password. ``label`` says where it is used; a login is made from the account's slug where none is given."""
    client = clients.find(connection, account)
    new = NewPassword(
        stamp.new_id(), _checked_login(login) if login else f"{client.slug}-{secrets.token_hex(3)}", _random_password()
    )
    try:
        with connection.begin_nested():
            connection.execute(
                insert(tables.app_password).values(
                    account_id=client.account_id,
                    password_id=new.password_id,
                    login=new.login,
                    digest=_digest(new.password),
                    label=_checked_label(label),
                    created_at=stamp.now,
                )
            )
    except IntegrityError:
        raise Refused(f"The login {new.login} is taken.", "Choose another one, or let one be made.") from None
    audit_trail.append(connection, stamp, actor, client.account_id, Action.PASSWORD_ADDED, login=new.login)
    return new


def listing(connection: Connection, *, account: str) -> Iterator[AppPassword]:
    """The passwords of an account, the oldest first, revoked ones too."""
    client = clients.find(connection, account)
    column = tables.app_password.c
    of_client = (
        select(column.password_id, column.login, column.label, column.created_at, column.revoked_at)
        .where(column.account_id == client.account_id)
        .order_by(column.password_id)
    )
    return (AppPassword(*row) for row in connection.execute(of_client))


def revoke(connection: Connection, stamp: Stamp, actor: str, *, account: str, login: str) -> AppPassword:
    """End a password: the next AUTH with it fails."""
    client = clients.find(connection, account)
    column = tables.app_password.c
    row = connection.execute(
        update(tables.app_password)
        .where(column.account_id == client.account_id, column.login == login.lower(), column.revoked_at.is_(None))
        .values(revoked_at=stamp.now)
        .returning(column.password_id, column.login, column.label, column.created_at, column.revoked_at)
    ).one_or_none()
    if row is None:
        raise Refused(
            f"{client.slug} has no password in force for the login {login!r}.",
            f"`gateway sender password list {client.slug}` shows all there are.",
        )
    audit_trail.append(connection, stamp, actor, client.account_id, Action.PASSWORD_REVOKED, login=login.lower())
    return AppPassword(*row)


def verify(connection: Connection, login: str, password: str) -> tuple[int, int] | None:
    """The account and password ids that these credentials prove, or None.

    Takes the same time whether the login exists or not. Spaces, dashes and small letters in the password are forgiven.
    """
    login = login[:_LONGEST_TRIED].lower()
    column = tables.app_password.c
    row = connection.execute(
        select(column.account_id, column.password_id, column.digest).where(
            column.login == (login if _LOGIN.fullmatch(login) else ""), column.revoked_at.is_(None)
        )
    ).one_or_none()
    known = row.digest if row else _digest("")
    matches = len(password) <= _LONGEST_TRIED and hmac.compare_digest(known, _digest(password))
    return (row.account_id, row.password_id) if row and matches else None


def _random_password() -> str:
    text = base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode("ascii").lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(password: str) -> str:
    typed = password.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _checked_login(login: str) -> str:
    if not _LOGIN.fullmatch(login.lower()):
        raise Refused(f"{login!r} cannot be a login.", "Use 3 to 80 letters, digits or any of . _ @ + -")
    return login.lower()


def _checked_label(label: str) -> str:
    if len(label) > _LABEL_LENGTH or not label.isprintable():
        raise Refused("This is no label for a password.", f"Use up to {_LABEL_LENGTH} printable characters.")
    return label
