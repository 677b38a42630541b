"""The laws of the STOP mention's configuration; when it is due is under tests/terms."""

import pytest

from plans.checked import RuleError
from plans.stop import StopRules, stop_rules_from

WRITTEN: dict[str, object] = {"text": " STOP au {short_code}", "short_code": "36000", "answerable": ["FR"]}


def test_the_short_code_is_put_into_the_text() -> None:
    assert stop_rules_from({"stop": WRITTEN}) == StopRules(" STOP au 36000", "36000", frozenset({"FR"}))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": " STOP"}, r"stop\.text must hold \{short_code\}"),
        ({"text": ""}, r"stop\.text is empty"),
        ({"short_code": "STOP"}, r"stop\.short_code must be digits"),
        ({"short_code": "٣٦"}, r"stop\.short_code must be digits"),
        ({"link": "https"}, r"stop\.link is unknown"),
    ],
)
def test_an_error_names_its_key(changes: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        stop_rules_from({"stop": WRITTEN | changes})
