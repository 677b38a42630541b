"""The laws of the STOP mention's configuration; when it is due is under tests/terms."""

import pytest

from plans.checked import RuleError
from plans.stop import StopMention, StopRules, stop_rules_from, stop_text

WRITTEN: dict[str, object] = {
    "text": " STOP au {short_code}",
    "link_text": " STOP: {link}",
    "short_code": "36000",
    "answerable": ["FR"],
}
LINK = "https://sms.example/s/abc"


def test_the_short_code_is_put_into_the_text() -> None:
    assert stop_rules_from({"stop": WRITTEN}) == StopRules(
        " STOP au 36000", " STOP: {link}", "36000", frozenset({"FR"})
    )


@pytest.mark.parametrize(
    ("mention", "link", "text"),
    [
        (StopMention.NONE, LINK, ""),
        (StopMention.ANSWER, LINK, " STOP au 36000"),
        (StopMention.LINK, LINK, f" STOP: {LINK}"),
        (StopMention.LINK, None, " STOP au 36000"),
    ],
)
def test_a_link_is_named_where_it_belongs_and_is_served(mention: StopMention, link: str | None, text: str) -> None:
    assert stop_text(mention, stop_rules_from({"stop": WRITTEN}), link) == text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": " STOP"}, r"stop\.text must hold \{short_code\}"),
        ({"link_text": " STOP"}, r"stop\.link_text must hold \{link\}"),
        ({"text": ""}, r"stop\.text is empty"),
        ({"short_code": "STOP"}, r"stop\.short_code must be digits"),
        ({"short_code": "٣٦"}, r"stop\.short_code must be digits"),
        ({"link": "https"}, r"stop\.link is unknown"),
    ],
)
def test_an_error_names_its_key(changes: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        stop_rules_from({"stop": WRITTEN | changes})
