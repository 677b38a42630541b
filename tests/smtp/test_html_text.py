"""HTML becomes the text that a person would read."""

import pytest

from gateway.smtp.html_text import html_to_text
from gateway.smtp.own_words import own_words


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un<br>Deux</p>", "Un\nDeux"),
        ("<div>Un</div><div>Deux</div>", "Un\nDeux"),
        ("Prix : <b>10</b>&nbsp;&euro;", "Prix : 10 €"),  # inline elements stay on their line
        ("confirm&eacute;", "confirmé"),
        ("<ul><li>un<li>deux</ul>", "* un\n* deux"),
        ("<table><tr><td>Mardi</td><td>14h</td></tr></table>", "Mardi 14h"),
        ("<span style='display:none'>pixel</span>Bonjour", "Bonjour"),
        ("<style>p{}</style><script>x()</script><title>t</title>Bonjour", "Bonjour"),
        ("<?xml version='1.0' encoding='utf-8'?><p>Bonjour</p>", "Bonjour"),
        ("Bon\0jour", "Bonjour"),
        ("<a href='https://x.example'>ici</a>", "ici"),
        ("", ""),
        ("<!-- nothing -->", ""),
    ],
)
def test_html_reads_as_on_a_screen(html: str, text: str) -> None:
    assert own_words(html_to_text(html, 10_000)) == text


def test_what_is_beyond_the_limit_is_not_parsed() -> None:
    assert own_words(html_to_text("<p>abcdef</p>", limit=6)) == "abc"
