"""No rule of the terms that software can keep is without a test, and the page that says so is true."""

import pytest

from tests.terms_coverage import TABLE, Citation, Rule, citations, cited, faults, rules, table


def test_every_rule_that_software_can_keep_has_a_test() -> None:
    assert faults(rules(), citations()) == []


def test_the_page_is_what_the_docstrings_say() -> None:
    """After a change: ``make terms``."""
    assert TABLE.read_text(encoding="utf-8") == table(rules(), citations())


@pytest.mark.parametrize(
    ("words", "rules_named"),
    [
        ("R59, A23, article 8: 48 hours.", ["R59", "A23"]),
        ("R1-R3: three plans.", ["R1", "R2", "R3"]),
        ("R7 and again R7.", ["R7"]),
        ("The terms, A5.3, and PACK-1000.", []),
    ],
)
def test_a_docstring_names_rules(words: str, rules_named: list[str]) -> None:
    assert cited(words) == rules_named


@pytest.mark.parametrize(
    ("rule", "tested", "fault"),
    [
        (Rule("R1", "S6", "It holds."), "R9", "R1 has no test"),
        (Rule("R1", "S6", "It holds.", later="votes"), "R1", "R1 has a test, and an excuse too"),
        (Rule("R1", "S6", "It holds.", people="the client"), "R99", "R99 is no rule, and is cited"),
    ],
)
def test_a_hole_in_the_table_is_found(rule: Rule, tested: str, fault: str) -> None:
    assert fault in faults([rule], {tested: [Citation("test_it.py", "test_it_holds")]})
