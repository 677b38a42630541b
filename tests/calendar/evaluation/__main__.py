"""The table of figures for the documentation: ``python -m tests.calendar.evaluation``."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tests.calendar.evaluation.scorecard import AUTHORS, Labelled, Score, answer, bare_answer, labelled, misread, score


def main() -> None:
    """Print how extraction does beside the bare matcher, by author and by stratum, and what it misreads."""
    events = labelled()
    console = Console()
    console.print(
        _table("all events", [("extraction", score(events, answer)), ("bare matcher", score(events, bare_answer))])
    )
    authors = [(author, score(_of(events, author), answer)) for author in AUTHORS]
    console.print(_table("extraction by author", authors))
    strata = sorted({each.stratum for each in events})
    by_stratum = [(name, score([each for each in events if each.stratum == name], answer)) for name in strata]
    console.print(_table("extraction by stratum", by_stratum))
    for each, given in misread(events):
        console.print(f"{each.name}: {each.expected} was read as {given}", style="dim")


def _of(events: Iterable[Labelled], author: str) -> list[Labelled]:
    return [each for each in events if each.author == author]


def _table(title: str, scores: Iterable[tuple[str, Score]]) -> Table:
    table = Table("", "events", "picked", "precision", "recall", "asked", title=title)
    for name, each in scores:
        figures = f"{each.precision:.2%}", f"{each.recall:.2%}", f"{each.ambiguity:.1%}"
        table.add_row(name, str(each.events), str(each.picked), *figures)
    return table


if __name__ == "__main__":
    main()
