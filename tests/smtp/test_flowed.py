"""Lines that a client broke are joined again (RFC 3676)."""

import pytest

from gateway.smtp.flowed import unflow


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("one \ntwo \nthree", "one two three"),
        ("one\ntwo", "one\ntwo"),
        (" From me\n  two", "From me\n two"),  # 4.4: one stuffed space
        ("> a \n> b \nc", "> a b \nc"),  # 4.5: never across quote depths
        ("> a \n>> b", "> a \n> > b"),
        ("end \n-- \nAlice", "end \n-- \nAlice"),  # 4.3: the signature mark never flows
        ("one \n\ntwo", "one \ntwo"),  # an empty line is a fixed line
    ],
)
def test_soft_breaks_are_joined_and_hard_ones_kept(text: str, joined: str) -> None:
    assert unflow(text, delete_space=False) == joined


def test_with_delsp_the_marking_space_was_no_part_of_the_text() -> None:
    assert unflow("日本 \n語", delete_space=True) == "日本語"
