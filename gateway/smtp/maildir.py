"""Mail out into folders on this machine, where no relay is configured."""

import asyncio
import os
from hashlib import sha256
from mailbox import Maildir
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from urllib.parse import quote

from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Sent

_LONGEST_NAME = 200  # octets; file systems take 255


class Maildirs:
    """A mailer that keeps one maildir (https://cr.yp.to/proto/maildir.html) for each recipient, below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def send(self, letter: Letter) -> MailOutcome:
        """Put one letter on disk; it is there for good when this returns."""
        try:
            await asyncio.to_thread(_deliver, self._root, letter)
        except OSError as error:
            return NotSent(type(error).__name__)
        return Sent()

    async def close(self) -> None:
        """Nothing is kept open."""


def folder_name(address: str) -> str:
    """The folder of an address: always one plain name, never the same for two addresses, case aside."""
    name = quote(address.lower(), safe="@+=", errors="replace")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if not 0 < len(name) <= _LONGEST_NAME:
        name = f"{name[:100]}%{sha256(address.lower().encode('utf-8', 'replace')).hexdigest()}"
    return name


def _deliver(root: Path, letter: Letter) -> None:
    folder = root / folder_name(letter.envelope_to)
    if not folder.exists():
        _make(folder)
    _complete(folder)  # somebody may have tidied it up
    Maildir(folder, create=False).add(letter.content.replace(b"\r\n", b"\n"))  # syncs the file
    for directory in (folder / "new", folder, root):
        _sync(directory)


def _make(folder: Path) -> None:
    """Make a maildir whole or not at all: whoever reads it may look at any moment."""
    fresh = folder.with_name(f".{token_hex(8)}")
    _complete(fresh)
    try:
        fresh.rename(folder)
    except OSError:  # somebody was quicker
        rmtree(fresh)


def _complete(folder: Path) -> None:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
