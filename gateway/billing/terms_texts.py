"""The texts of the terms of sale: read from files, one a version and language, and kept as they were accepted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from gateway.billing.selling_tables import billing_profile, terms_text
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.wording import Language
from plans.checked import RuleError

_MOST_BYTES = 500_000
_NAME = re.compile(rf"(\d{{4}}-\d\d-\d\d)\.({'|'.join(Language)})\.txt", re.ASCII)

#: By version and language.
TermsTexts = Mapping[tuple[str, Language], str]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The terms that a client accepted last, word for word."""

    version: str
    at: datetime
    text: str


def read_texts(folder: Path) -> dict[tuple[str, Language], str]:
    """Read a folder of files such as ``2023-09-27.fr.txt``; ``RuleError`` names one that is something else."""
    return {_key(each): _text(each) for each in sorted(folder.glob("*"))}


def keep(connection: Connection, stamp: Stamp, version: str, language: Language, text: str) -> str:
    """Keep a text as it is accepted; returns its digest, under which it can be found for good."""
    digest = sha256(text.encode()).hexdigest()
    values = {"digest": digest, "version": version, "language": language, "body": text, "kept_at": stamp.now}
    connection.execute(insert_or(connection, terms_text).values(**values).on_conflict_do_nothing())
    return digest


def kept(connection: Connection, digest: str) -> str:
    """The text of a digest."""
    text: str = connection.scalars(select(terms_text.c.body).where(terms_text.c.digest == digest)).one()
    return text


def accepted(connection: Connection, account_id: int) -> Accepted | None:
    """What a client accepted last; None where it has accepted nothing."""
    row = billing_profile.c
    found = connection.execute(
        select(row.accepted_terms, row.accepted_at, terms_text.c.body)
        .join(terms_text, terms_text.c.digest == row.accepted_digest)
        .where(row.account_id == account_id)
    ).one_or_none()
    return Accepted(*found) if found else None


def _key(path: Path) -> tuple[str, Language]:
    name = _NAME.fullmatch(path.name)
    try:
        version = date.fromisoformat(name[1]).isoformat() if name else None
    except ValueError:
        version = None
    if name is None or version is None:
        raise RuleError(f"{path} is no text of terms: name it like 2023-09-27.fr.txt")
    return version, Language(name[2])


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise RuleError(f"{path} is too long: a text of terms has at most {_MOST_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path} cannot be read as text: {error}") from None
    if not text.strip():
        raise RuleError(f"{path} is empty")
    return text
