"""The HTML of a calendar's description to lines of text, in one pass over its tags."""

import re
from html import unescape
from urllib.parse import unquote

#: A tag, a comment's edge or a declaration. What stands in angle brackets and is no tag, such as ``<tel:…>``, stays.
_TAG = re.compile(r"<!--|-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])([^<>]*)>|<![^<>]*>")

#: Links that carry a number for the reader.
_CALL = re.compile(r"""\bhref\s*=\s*["']?\s*((?:tel|sms):[^"'\s>]+|https?://(?:wa\.me|api\.whatsapp\.com)/[^"'\s>]+)""")

#: Whole documents, as Outlook has them, break lines with tags only; Google lets line ends break lines beside tags.
_DOCUMENT = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\r\n]+")

_HIDDEN = frozenset({"head", "script", "style"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)

#: Bodies are found escaped twice, where one program handed them on to another.
_LEVELS = 2


def text_of(html: str) -> str:
    """The text a reader would see, with the targets of links to call; no ``<``, ``>`` or ``&`` is left in it."""
    for _ in range(_LEVELS):
        html = unescape(_without_tags(html) if "<" in html else html)
    return html.replace("<", "|").replace(">", "|").replace("&", "|")


def _without_tags(html: str) -> str:
    if _DOCUMENT.search(html):
        html = _LINE_ENDS.sub(" ", html)
    kept: list[str] = []
    position, hidden_until = 0, ""
    for tag in _TAG.finditer(html):
        if not hidden_until:
            kept += (html[position : tag.start()], _seen(tag))
        hidden_until = _hidden_until(tag, hidden_until)
        position = tag.end()
    if not hidden_until:
        kept.append(html[position:])
    return "".join(kept)


def _seen(tag: re.Match[str]) -> str:
    """What a tag itself adds to the text."""
    name = (tag[2] or "").lower()
    if name == "a":
        call = _CALL.search(tag[3])
        return f"|{unquote(unescape(call[1]))}|" if call else ""
    if name in _CELLS:
        return " | "
    return "\n" if name in _BLOCKS else ""


def _hidden_until(tag: re.Match[str], hidden_until: str) -> str:
    """The closing tag up to which nothing is seen, after this one; empty where text is seen."""
    mark = f"/{tag[2].lower()}" if tag[1] else (tag[2] or tag[0]).lower()
    if hidden_until:
        return "" if mark == hidden_until else hidden_until
    if mark == "<!--":
        return "-->"
    return f"/{mark}" if mark in _HIDDEN else ""
