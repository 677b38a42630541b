"""Reading a file of messages in pieces that one command takes, and adding up what became of them."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.accounts.refusals import Refused

_PIECE_BYTES = 150_000
_PIECE_ROWS = 500

Row = dict[str, str]


@dataclass
class Tally:
    """What became of the messages so far."""

    messages: int = 0
    units: int = 0
    replayed: int = 0  # were handed in before, and cost nothing more
    states: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  # by reason

    def add(self, answer: dict[str, Any]) -> None:
        """Count a piece."""
        self.messages += answer["messages"]
        self.units += answer["units"]
        self.replayed += answer["replayed"]
        self.states = dict(Counter(self.states) + Counter(answer["states"]))
        self.refused = dict(Counter(self.refused) + Counter(answer["refused"]))


def rows_of(path: Path, text: str | None) -> list[Row]:
    """The messages of a CSV file with a heading: ``to``, and ``text`` where it is not the same for all.

    Each gets a key of the file's content and its place in it. Raises ``Refused`` for the first line that is no message.
    """
    try:
        content = path.read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.", "Name a file that can.") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not written in UTF-8.", "Save it as CSV in UTF-8.") from None
    table = csv.DictReader(lines, dialect=_dialect(lines))
    wanted = {"to"} if text is not None else {"to", "text"}
    if missing := wanted - set(table.fieldnames or ()):
        raise Refused(f"{path} has no column {', '.join(sorted(missing))}.", "Its first line names to and text.")
    digest = hashlib.sha256(content + b"\0" + (text or "").encode()).hexdigest()[:32]
    rows = []
    for number, line in enumerate(table, start=2):
        row = {"to": line["to"] or "", "text": text if text is not None else line["text"] or ""}
        if not row["to"].strip():
            raise Refused(f"Line {number} of {path} names no recipient.", "Fill in its column to, or remove the line.")
        rows.append({**row, "to": row["to"].strip(), "key": f"{digest}:{number}"})
    return rows


def _dialect(lines: Sequence[str]) -> type[csv.Dialect]:
    """Commas, or the semicolons of a spreadsheet that speaks French."""
    semicolons = bool(lines) and lines[0].count(";") > lines[0].count(",")

    class Written(csv.excel):
        delimiter = ";" if semicolons else ","

    return Written


def pieces(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """The rows as JSON lists that one command takes, each with how many it holds."""
    piece: list[str] = []
    size = 0
    for row in rows:
        written = json.dumps(row)
        if piece and (len(piece) == _PIECE_ROWS or size + len(written) > _PIECE_BYTES):
            yield len(piece), f"[{','.join(piece)}]"
            piece, size = [], 0
        piece.append(written)
        size += len(written) + len(written.encode()) // 8  # quotes are written twice on the way
    if piece:
        yield len(piece), f"[{','.join(piece)}]"
