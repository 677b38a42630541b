"""What a bench found: figures, some with a target, as a table and as lines of JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Only ratios, memory and seconds have targets: absolute rates depend on the machine."""

    bench: str
    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


def rates(bench: str, rounds: Sequence[dict[str, float]]) -> list[Figure]:
    """The median of each rate over the rounds, per second."""
    return [Figure(bench, name, median(each[name] for each in rounds), "/s") for name in rounds[0]]


def ratio(bench: str, rounds: Sequence[dict[str, float]], ours: str, theirs: str, at_least: float | None) -> Figure:
    """The median over the rounds of one rate by the other: both were measured within the same minute."""
    value = median(each[ours] / each[theirs] for each in rounds)
    return Figure(bench, f"{ours} / {theirs}", value, "x", at_least)


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        for each in figures:
            print(json.dumps({**asdict(each), "met": each.met}))  # noqa: T201 - what was asked for
        return
    table = Table("bench", "figure", "value", "target", "")
    for each in figures:
        value = f"{each.value:,.2f}" if each.value < 100 else f"{each.value:,.0f}"
        table.add_row(each.bench, each.name, f"{value} {each.unit}", _target(each), _VERDICT[each.met])
    Console().print(table)


_VERDICT = {None: "", True: "met", False: "MISSED"}


def _target(figure: Figure) -> str:
    if figure.at_least is not None:
        return f">= {figure.at_least:g}"
    return "" if figure.at_most is None else f"<= {figure.at_most:g}"
