"""The texts of the terms: what a folder may hold, and what is kept of an acceptance."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.billing.rules import shipped_billing_rules
from gateway.billing.terms_texts import keep, kept, read_texts
from gateway.engine.database import Engine
from gateway.wording import Language
from plans.checked import RuleError


def test_the_texts_that_ship_say_that_they_are_examples() -> None:
    texts = shipped_billing_rules().terms_texts
    assert {language for _, language in texts} == set(Language)
    assert all(text.startswith(("EXAMPLE", "EXEMPLE")) for text in texts.values())


def test_a_folder_is_read_by_version_and_language(tmp_path: Path) -> None:
    (tmp_path / "2027-01-01.fr.txt").write_text("Les conditions", encoding="utf-8")
    assert read_texts(tmp_path) == {("2027-01-01", Language.FR): "Les conditions"}
    assert read_texts(tmp_path / "missing") == {}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("2027-13-01.fr.txt", b"x", "name it like"),
        ("2027-01-01.de.txt", b"x", "name it like"),
        ("terms.pdf", b"x", "name it like"),
        ("2027-01-01.fr.txt", b"\xff", "cannot be read"),
        ("2027-01-01.fr.txt", b" \n", "is empty"),
        ("2027-01-01.fr.txt", b"x" * 500_001, "too long"),
    ],
)
def test_what_is_no_text_of_terms_is_named(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RuleError, match=told):
        read_texts(tmp_path)


async def test_a_text_that_was_edited_later_does_not_change_what_was_accepted(engine: Engine) -> None:
    """Both are kept, each under its own digest; the same text is kept once."""

    def unit(connection: Connection) -> list[str]:
        stamp = engine.stamp()
        return [keep(connection, stamp, "2027-01-01", Language.FR, text) for text in ("old", "old", "new")]

    old, again, new = await engine.write(unit)
    assert old == again != new
    assert await engine.read(lambda connection: [kept(connection, each) for each in (old, new)]) == ["old", "new"]
