"""How a command asks the running service: the calling end of the control socket.

A command that the service does loads no more of the program than this.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.accounts.refusals import Refused
from plans.words import Reason

LINE_BYTES = 262_144  # a command with its arguments: the longest SMS has 39,015 characters, some of six bytes in JSON
ANSWER_BYTES = 1_048_576
ANSWER_S = 60.0  # a change waits for its group commit, and for nothing else
_LONGEST_PATH = 100  # bytes: a socket address holds 108 on Linux and 104 elsewhere


class NoService(Exception):
    """Nobody listens on the control socket: no service runs on this data directory."""


def socket_path(data_dir: Path) -> Path:
    """Where the service of this data directory listens."""
    return data_dir / "control.sock"


@contextlib.contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """``path`` as a socket address: where it is too long for one, through the open directory (Linux)."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def ask(data_dir: Path, command: str, arguments: Mapping[str, Any]) -> Any:
    """Have the running service do a command; ``NoService`` where none runs, ``Refused`` where it will not."""
    request = json.dumps({"command": command, "arguments": arguments}).encode() + b"\n"
    if len(request) > LINE_BYTES:
        raise Refused("This command is too long.", f"Its arguments may take {LINE_BYTES} bytes together.")
    with _connected(data_dir) as connection:
        try:
            connection.sendall(request)
            with connection.makefile("rb") as answers:
                line = answers.readline(ANSWER_BYTES)
        except OSError:
            line = b""
    if not line.endswith(b"\n"):
        raise Refused("The service broke off before it answered.", "Look whether the change was made, then try again.")
    return _result(json.loads(line))


def is_listening(data_dir: Path) -> bool:
    """Whether a service runs on this data directory; ``False`` too where it may not be asked."""
    try:
        with _connected(data_dir):
            return True
    except (NoService, Refused):
        return False


@contextlib.contextmanager
def _connected(data_dir: Path) -> Iterator[socket.socket]:
    path = socket_path(data_dir)
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(stack.enter_context(socket_address(path)))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            raise NoService from None
        except PermissionError:
            raise Refused(f"You may not open {path}.", "Become the user that the service runs as.") from None
        yield connection


def _result(answer: Any) -> Any:
    match answer:
        case {"result": result}:
            return result
        case {"error": {"text": str(text), "cure": str(cure), "reason": reason}}:
            raise Refused(text, cure, Reason(reason) if reason else None)
    raise Refused("The service gave an answer that makes no sense.", "Restart it if it is older than this program.")
