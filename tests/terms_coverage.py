"""Writes docs/terms-coverage.md, which rule of the terms is kept by which tests: ``make terms``."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TERMS = Path(__file__).parent / "terms"
TABLE = Path(__file__).parents[1] / "docs" / "terms-coverage.md"

#: R7 and A12 are rules, "article A5.3" is none; R1-R6 are six.
_CITED = re.compile(r"\b([RA])(\d{1,2})\b(?!\.)(?:-\1(\d{1,2})\b)?")

_HEAD = """\
# Which tests keep which rule

R are the rules of the terms of sale, A the decisions on what their text leaves open; the second column is the article
(A) or the special term (S). This page is made from the docstrings of `tests/terms` by `make terms`; a test fails when a
rule that software can keep has no test, or when this page is old.

| rule | where | what it says | tests |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the terms in short, and why it has no test where it can have none."""

    name: str
    where: str
    says: str
    people: str = ""  # who keeps it, where no program can
    later: str = ""  # what has to be built first

    @property
    def excuse(self) -> str:
        """Why nothing tests it, or nothing."""
        return f"later, with {self.later}" if self.later else f"kept by people: {self.people}" if self.people else ""


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A test that names a rule."""

    file: str
    test: str


def rules() -> list[Rule]:
    """The rules in their order; ``TypeError`` names a key that is unknown."""
    listed = tomllib.loads((TERMS / "rules.toml").read_text(encoding="utf-8"))
    return [Rule(name, **each) for name, each in listed.items()]


def citations(folder: Path = TERMS) -> dict[str, list[Citation]]:
    """The tests of a folder by the rules that their docstrings name."""
    found: dict[str, list[Citation]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for test, words in _docstrings(path):
            for rule in cited(words):
                found.setdefault(rule, []).append(Citation(path.name, test))
    return found


def cited(words: str) -> list[str]:
    """The rules that a docstring names, each once, in order."""
    names = (
        f"{kind}{number}"
        for kind, first, last in _CITED.findall(words)
        for number in range(int(first), int(last or first) + 1)
    )
    return list(dict.fromkeys(names))


def faults(listed: Sequence[Rule], by_rule: Mapping[str, Sequence[Citation]]) -> list[str]:
    """What keeps the table from being whole: a rule without a test, a test of no rule, an excuse that is outdated."""
    excused = {each.name: each.excuse for each in listed}
    return [
        *(f"{name} has no test" for name, excuse in excused.items() if not excuse and name not in by_rule),
        *(f"{name} has a test, and an excuse too" for name, excuse in excused.items() if excuse and name in by_rule),
        *(f"{name} is no rule, and is cited" for name in by_rule if name not in excused),
    ]


def table(listed: Sequence[Rule], by_rule: Mapping[str, Sequence[Citation]]) -> str:
    """The page."""
    rows = (f"| {each.name} | {each.where} | {each.says} | {_tests(each, by_rule)} |\n" for each in listed)
    return _HEAD + "".join(rows)


def _tests(rule: Rule, by_rule: Mapping[str, Sequence[Citation]]) -> str:
    return "<br>".join(map(_link, by_rule.get(rule.name, ()))) or f"*{rule.excuse}*"


def _link(citation: Citation) -> str:
    sentence = citation.test.removeprefix("test_").replace("_", " ")
    return f"[{sentence}](../tests/terms/{citation.file})"


def _docstrings(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or ""


def main() -> None:
    """Write the page, and say what is wrong with it."""
    listed, by_rule = rules(), citations()
    TABLE.write_text(table(listed, by_rule), encoding="utf-8")
    sys.exit("\n".join(faults(listed, by_rule)) or None)


if __name__ == "__main__":
    main()
