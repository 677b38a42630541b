"""The text of a command line: its verb and what follows it (RFC 5321, 4.1.1), read apart from any session."""

from functools import lru_cache
from typing import NamedTuple

from gateway.smtp import replies

#: Longest command line but for AUTH: 512 by RFC 5321 with what the extensions add, and room for careless clients.
COMMAND_BYTES = 2_048


class Said(NamedTuple):
    """A command as it was given."""

    verb: bytes  # in upper case; not yet known to be one of ours
    argument: str


def read_command(line: bytes) -> Said | bytes:
    """Read a line with its end; the reply that refuses it where it cannot be a command."""
    return _remembered(line) if line[:4] in _OFTEN_SAID else _read(line)


#: The same clients say the same of these over and over. Nothing else is remembered: what follows AUTH is a secret.
_OFTEN_SAID = frozenset({b"MAIL", b"RCPT", b"DATA"})


def _read(line: bytes) -> Said | bytes:
    if line.find(b"\r") != len(line) - len(b"\r\n") or b"\0" in line:
        return replies.COMMAND_MALFORMED
    verb, _, rest = line[:-2].partition(b" ")
    if len(line) > COMMAND_BYTES and verb.upper() != b"AUTH":
        return replies.COMMAND_TOO_LONG
    try:
        return Said(verb.upper(), rest.strip().decode())
    except UnicodeDecodeError:
        return replies.COMMAND_MALFORMED


_remembered = lru_cache(maxsize=4096)(_read)
