"""Paths into documents."""

import pytest

from gateway.sms.carriers.http.paths import look_up, word_at

DOCUMENT = {"messages": [{"id": "a", "price": 0.5, "ok": True}, {"id": 7}], "0": "zero"}


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("messages.0.id", "a"),
        ("messages.1.id", "7"),
        ("messages.0.price", "0.5"),
        ("messages.0.ok", "true"),
        ("0", "zero"),
        ("messages", None),
        ("messages.2.id", None),
        ("messages.99999999999.id", None),
        ("messages.-1.id", None),
        ("messages.id", None),
        ("0.0", None),
        ("nothing", None),
    ],
)
def test_a_path_leads_to_a_word_or_to_nothing(path: str, word: str | None) -> None:
    assert word_at(DOCUMENT, path) == word


def test_a_path_may_lead_to_a_table() -> None:
    assert look_up(DOCUMENT, "messages.1") == {"id": 7}
