"""What a command prints: tables for people, one JSON object a line for programs."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]

_PIPED_WIDTH = 200  # columns, where no terminal says how many it has
_CELL = 160  # characters
_JOINERS = "\u200c\u200d"  # hold emoji together, and steer nothing


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print many things: their ``columns`` as a table, or each of them whole as a line of JSON."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    from rich.table import Table

    table = Table(*(column.replace("_", " ") for column in columns), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(_shortened(row.get(column))) for column in columns))
    _print(table)


def print_one(thing: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line for each of its values, a table for each of its lists, or all of it as JSON."""
    if as_json:
        print_json(thing)
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    for name, value in thing.items():
        if not _is_nested(value):
            table.add_row(name.replace("_", " "), _cell(value))
        if name == "reason" and value:
            table.add_row("", _cell(_meaning(value)))
    _print(table)
    for name, value in thing.items():
        if _is_nested(value):
            _print_below(name, value)


def _shortened(value: Any) -> Any:
    """A text as it fits into a table beside others; ``show`` has all of it."""
    return f"{value[: _CELL - 1]}…" if isinstance(value, str) and len(value) > _CELL else value


def _meaning(reason: str) -> str:
    """A reason in words, and what to do about it."""
    from gateway.wording import Language, read_wording
    from plans.words import Reason

    if reason not in set(Reason):
        return ""
    words = read_wording().reason(Reason(reason), Language.EN)
    return f"{words.text} {words.cure}"


def _is_nested(value: Any) -> bool:
    """Whether it takes a table of its own: a list of things, or a thing that holds such a list."""
    if isinstance(value, Mapping):
        return any(_is_nested(each) for each in value.values())
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _print_below(name: str, value: Any) -> None:
    sys.stdout.write(f"\n{name.replace('_', ' ')}\n")
    if isinstance(value, Mapping):
        print_one(value, as_json=False)
    elif any(_is_nested(each) for each in value):
        for each in value:
            print_one(each, as_json=False)
    else:
        print_rows(value, list(value[0]), as_json=False)


def print_json(thing: Mapping[str, Any]) -> None:
    """Print one line of JSON, in ASCII so that no terminal or locale can spoil it."""
    sys.stdout.write(json.dumps(thing) + "\n")


def given(**options: Any) -> dict[str, Any]:
    """The options that were given: the rooms know the defaults of the others."""
    return {name: value for name, value in options.items() if value is not None}


def asked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What was given to a command that passes on all of its parameters (``locals()``), but how it is printed."""
    return given(**{name: value for name, value in parameters.items() if name != "as_json"})


def complain(text: str, cure: str) -> None:
    """Say on standard error what cannot be done, and what would help."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text(printable(text), style="red"))
    console.print(Text(printable(cure)))


def called() -> str:
    """How whoever started this program can start it again: not every shell finds it by its name alone."""
    path = Path(sys.argv[0])
    if path.name != "gateway":
        return "python -m gateway"
    found = shutil.which("gateway")
    return "gateway" if found and path.absolute() == Path(found) else str(path)


def printable(text: str) -> str:
    """``text`` with every control character shown as a dot: a mail must not steer the reader's terminal."""
    return "".join(each if each.isprintable() or each in _JOINERS else "·" for each in text)


def _cell(value: Any) -> Any:
    from rich.text import Text

    lines = (
        [printable(line) for line in _words(value).split("\n")]
        if isinstance(value, list)
        else [printable(_words(value))]
    )
    return Text("\n".join(lines), overflow="fold")  # Text, not str: brackets are no markup


def _words(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(each)}" for key, each in value.items()) or "-"
    if isinstance(value, list):
        between = "\n" if any(isinstance(each, Mapping) or _is_sentence(each) for each in value) else ", "
        return between.join(map(_words, value)) or "-"
    return _local_time(str(value))


def _is_sentence(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(".")


def _local_time(text: str) -> str:
    """An instant in the time of this machine, to the second; any other text as it is."""
    if len(text) < len("2026-11-23T09:00:00+00:00") or text[10] != "T":
        return text
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return instant.astimezone().isoformat(sep=" ", timespec="seconds")


def _print(table: Any) -> None:
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH).print(table)


@contextmanager
def working(on: str, steps: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show on a terminal that something takes its time; call what it gives with the number of steps just done.

    Without ``steps`` the end is not known, and the bar only moves. Off a terminal nothing is shown.
    """
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(on, total=steps)
        yield lambda done: progress.advance(task, done)
