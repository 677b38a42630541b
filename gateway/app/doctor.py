"""Looks at what the service stands on and says what is well, what to watch and what must be mended."""

import contextlib
import os
import platform
import shutil
import socket
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.app.asking import is_listening
from gateway.app.carriers import configured
from gateway.app.catalogue import billing_rules
from gateway.app.opening import in_words
from gateway.app.rules import read_rules
from gateway.engine import migration
from gateway.engine.clock import Clock
from gateway.engine.migration import SchemaUnknown
from gateway.engine.vault import VaultError, open_vault
from gateway.settings import Settings, SettingsError, TlsSettings
from gateway.smtp.listener import server_tls
from plans.checked import RuleError

_MENDED_SQLITE = (3, 51, 3)  # mends the WAL-reset defect (sqlite.org, release notes)
_DISK_LOW = 1_000_000_000  # bytes
_DISK_FULL = 100_000_000
_WRITTEN_IN = 2026  # a machine whose clock shows an earlier year has lost it


class Health(StrEnum):
    """What an examination found."""

    WELL = "well"
    WATCH = "watch"
    MEND = "mend"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and what to do about it where it is not well."""

    name: str
    health: Health
    text: str
    cure: str | None = None


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Look at everything; nothing is changed, and a part that fails hides no other."""
    yield Finding("python", Health.WELL, platform.python_version())
    if settings.on_sqlite:
        yield _sqlite_library(sqlite3.sqlite_version_info)
    yield _data_directory(settings.data_dir)
    yield _disk(settings.data_dir)
    yield _database(settings)
    yield _vault_key(settings.data_dir / "vault.key")
    if settings.smtp.tls:
        yield _certificate(settings.smtp.tls)
    yield from (_secret(name, path) for name, path in _secret_files(settings))
    if settings.smtp.lmtp_socket:
        yield _socket(settings.smtp.lmtp_socket)
    serves = is_listening(settings.data_dir) if settings.on_sqlite else None
    for name, host, port in _ports(settings):
        yield _port(name, host, port, serves=serves)
    yield _clock(clock)
    yield _rules(settings)
    yield _carriers(settings, clock)


def _sqlite_library(version: tuple[int, ...]) -> Finding:
    text = ".".join(map(str, version))
    if version >= _MENDED_SQLITE:
        return Finding("sqlite", Health.WELL, text)
    return Finding(
        "sqlite",
        Health.WATCH,
        f"{text} has the WAL-reset defect, which needs two connections that write. The gateway has one, so it is safe.",
        "Do not write to the database with other programs while the service runs.",
    )


def _data_directory(path: Path) -> Finding:
    name, shown = "data directory", path.absolute()
    if not path.exists():
        if os.access(_nearest(path), os.W_OK):
            return Finding(name, Health.WELL, f"{shown} will be made")
        return Finding(name, Health.MEND, f"{shown} cannot be made", f"Allow writing to {_nearest(path)}.")
    if not path.is_dir() or not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Finding(name, Health.MEND, f"{shown} cannot be written", "Give it to the user of the service.")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(name, Health.WATCH, f"{shown} is open to other users", f"chmod 700 {shown}")
    return Finding(name, Health.WELL, str(shown))


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(_nearest(path)).free
    text = f"{free / 1e9:.1f} GB free"
    if free < _DISK_FULL:
        return Finding("disk", Health.MEND, text, "Make room: mail is refused when the disk is full.")
    if free < _DISK_LOW:
        return Finding("disk", Health.WATCH, text, "Make room before mail is refused.")
    return Finding("disk", Health.WELL, text)


def _database(settings: Settings) -> Finding:
    url = make_url(settings.url)
    shown = url.render_as_string(hide_password=True)
    if settings.on_sqlite and not Path(str(url.database)).exists():
        return Finding("database", Health.WATCH, f"{shown} is not there yet", "`gateway serve` makes it.")
    try:
        current = migration.is_current(settings.url)
    except SchemaUnknown as unknown:
        return Finding("database", Health.MEND, str(unknown), "Install the version that was here before.")
    except (SQLAlchemyError, OSError) as error:
        problem = f"{shown} cannot be used: {in_words(error)}"
        return Finding("database", Health.MEND, problem, "Check GATEWAY_DATABASE_URL.")
    if not current:
        return Finding("database", Health.MEND, f"{shown} is at another version", "Run `gateway migrate`.")
    return Finding("database", Health.WELL, shown)


def _vault_key(path: Path) -> Finding:
    if not path.exists():
        return Finding("vault key", Health.WELL, "will be made when the first secret is kept")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding("vault key", Health.MEND, f"{path.absolute()} is open to other users", f"chmod 600 {path}")
    if not os.access(path, os.R_OK):
        return Finding(
            "vault key", Health.MEND, f"{path.absolute()} cannot be read", "Give it to the user of the service."
        )
    try:
        open_vault(path.parent)
    except VaultError as error:
        return Finding(
            "vault key", Health.MEND, str(error), "Put back the file from before: what it locks opens by no other."
        )
    return Finding("vault key", Health.WELL, str(path.absolute()))


def _certificate(tls: TlsSettings) -> Finding:
    try:
        server_tls(tls)
    except OSError as error:
        return Finding("tls", Health.MEND, in_words(error), "Give a certificate and its key that the service can read.")
    return Finding("tls", Health.WELL, str(tls.certificate))


def _secret_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    if settings.relay and settings.relay.password_file:
        yield "relay password", settings.relay.password_file
    if settings.google:
        yield "google secret", settings.google.client_secret_file
    if settings.outlook:
        yield "outlook secret", settings.outlook.client_secret_file


def _secret(name: str, path: Path) -> Finding:
    try:
        given = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return Finding(
            name, Health.MEND, f"{path} cannot be read", "Put it there, for the user of the service to read."
        )
    if not given:
        return Finding(name, Health.MEND, f"{path} is empty", "Write it there.")
    return Finding(name, Health.WELL, str(path))


def _socket(path: Path) -> Finding:
    if not os.access(path.parent, os.W_OK | os.X_OK):
        text = f"{path.parent} is not there, or cannot be written"
        return Finding("lmtp socket", Health.MEND, text, "Make the folder, and give it to the user of the service.")
    return Finding("lmtp socket", Health.WELL, str(path))


def _ports(settings: Settings) -> Iterator[tuple[str, str, int]]:
    smtp = settings.smtp
    named = {"smtp": smtp.port, "submissions": smtp.submissions_port, "lmtp": smtp.lmtp_port}
    yield from ((name, smtp.host, port) for name, port in named.items() if port)
    if settings.web.port:
        yield "web", settings.web.host, settings.web.port


def _port(name: str, host: str, port: int, *, serves: bool | None) -> Finding:
    """``serves``: whether a service runs here; None where that cannot be asked, as on PostgreSQL."""
    name, where = f"{name} port", f"{host}:{port}"
    problem = _why_unbindable(host, port)
    if problem is None:
        return Finding(name, Health.WELL, f"{where} is free")
    if serves:
        return Finding(name, Health.WELL, f"{where} is in use while the service runs")
    health, cure = Health.MEND, "Stop who has it, or choose another port."
    if serves is None:
        health, cure = Health.WATCH, f"Well if a service of yours has it. {cure}"
    return Finding(name, health, f"{where}: {problem}", cure)


def _why_unbindable(host: str, port: int) -> str | None:
    with contextlib.ExitStack() as stack:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            probe = stack.enter_context(socket.socket(family, kind, protocol))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
        except OSError as error:
            return error.strerror or type(error).__name__
    return None


def _clock(clock: Clock) -> Finding:
    now = clock.now()
    local = now.astimezone()
    text = f"{local.isoformat(sep=' ', timespec='seconds')} ({local.tzname()})"
    if now.year < _WRITTEN_IN:
        return Finding("clock", Health.MEND, text, "Set the clock: sending windows and the life of credit hang on it.")
    return Finding("clock", Health.WELL, text)


def _rules(settings: Settings) -> Finding:
    try:
        read_rules(settings)
        billing_rules(settings)
    except (RuleError, SettingsError) as error:
        return Finding("rules", Health.MEND, str(error), "Mend the file or the key that is named.")
    return Finding("rules", Health.WELL, "routes, windows, rates, law and catalogue make sense")


def _carriers(settings: Settings, clock: Clock) -> Finding:
    try:
        configured(settings, clock)
    except RuleError as error:
        return Finding("carriers", Health.MEND, str(error), "Mend the file that GATEWAY_CONFIG names.")
    if settings.carriers:
        return Finding("carriers", Health.WELL, ", ".join(settings.carriers))
    if settings.sandbox.enabled:
        text = "none: every SMS goes to a phone in the database, and nothing leaves this machine"
        return Finding("carriers", Health.WATCH, text, "Set one up in the file that GATEWAY_CONFIG names.")
    return Finding("carriers", Health.MEND, "none, and the sandbox is off", "Set one up, or put the sandbox on.")


def _nearest(path: Path) -> Path:
    """The directory itself, or the nearest one above it that exists."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.is_dir())
