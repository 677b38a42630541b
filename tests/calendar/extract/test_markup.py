"""The laws of markup: the text that a reader sees, and the numbers that links would call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.extract.markup import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Tel&nbsp;: 06&nbsp;39", "Tel\u00a0: 06\u00a039"),
        ("06 <b>39</b> 98", "06 39 98"),
        ("un<br>deux<p>trois</p>", "un\ndeux\ntrois\n"),
        ("<td>un</td><td>deux</td>", " | un |  | deux | "),
        ("<style>p {width: 0612345678px}</style>06", "06"),
        ("<head><title>0612345678</title></head>06", "06"),
        ("<script>a('<p>')</script>06", "06"),
        ("<!-- <p>0612345678</p> -->06", "06"),
        ("<!DOCTYPE html>06", "06"),
        ("a --> b", "a --| b"),
        ('<img src="0612345678.png">06', "06"),
        ("<tel:+33639981234>", "|tel:+33639981234|"),
        ("5 < 6 > 4", "5 | 6 | 4"),
        ("&lt;p&gt;06&amp;nbsp;39&lt;/p&gt;", "\n06\u00a039\n"),
        ("R&D", "R|D"),
    ],
)
def test_tags_and_entities_become_what_they_show(html: str, text: str) -> None:
    assert text_of(html) == text


def test_line_ends_of_a_whole_document_are_spaces() -> None:
    assert text_of("<html>\r\n<body>06 39\r\n98 12 34</body></html>") == " 06 39 98 12 34"
    assert text_of("<b>06</b>\n39") == "06\n39"


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<a href="tel:+33639981234">Appeler</a>', "|tel:+33639981234|Appeler"),
        ("<a class=x href='sms:+33639981234'>SMS</a>", "|sms:+33639981234|SMS"),
        ('<a href="tel:06%2039%2098%2012%2034">a</a>', "|tel:06 39 98 12 34|a"),
        ('<a href="https://wa.me/33639981234">a</a>', "|https://wa.me/33639981234|a"),
        ('<a href="https://exemple.fr/0612345678">a</a>', "a"),
        ('<a name="x">a</a>', "a"),
    ],
)
def test_links_to_call_are_read_and_others_are_not(link: str, text: str) -> None:
    assert text_of(link) == text


@given(
    st.lists(st.sampled_from(["<", ">", "&", "<p>", "</p>", "<!--", "-->", "<style>", "&lt;", "a", "1", ";"])).map(
        "".join
    )
)
def test_no_markup_is_left(html: str) -> None:
    assert not set(text_of(html)) & set("<>&")
