"""What the sender wrote, without signature, invisible characters and layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.own_words import own_words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bonjour\n-- \nAlice", "Bonjour"),
        ("Bonjour\r\n-- \r\nAlice", "Bonjour"),
        ("Bonjour\n--\nAlice", "Bonjour"),  # clients and HTML lose the space
        ("Bonjour\n  --  \nAlice", "Bonjour"),
        ("-- \nAlice", ""),
        ("a -- b\n--- c", "a -- b\n--- c"),
        ("De : 9h\nÀ : 10h", "De : 9h\nÀ : 10h"),
        ("Prix\u00a0: 10\u202f€", "Prix : 10 €"),  # a no-break space would make the message twice as dear
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("a\0b", "ab"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),  # the joiners of an emoji are part of it
        ("  a  b \n\n\n\n c ", "a b\n\nc"),
    ],
)
def test_the_text_of_the_sender_is_kept_and_the_rest_goes(text: str, kept: str) -> None:
    assert own_words(text) == kept


@given(st.text(alphabet=st.characters(), max_size=300))
def test_taking_the_steps_again_changes_nothing(text: str) -> None:
    once = own_words(text)
    assert own_words(once) == once
