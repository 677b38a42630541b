"""HTML of a mail to the text that a person would read."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inscriptis.model.config import ParserConfig

_UNREADABLE_BY_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def html_to_text(html: str, limit: int) -> str:
    """The text of the first ``limit`` characters of a document: blocks on lines of their own, hidden parts left out.

    The parser of lxml passes over what is nested deeper than 256 elements; a tree that is still too deep raises
    ``RecursionError``. The library is loaded at the first HTML mail: it doubles the size of a reading process.
    """
    from inscriptis import get_text

    text: str = get_text(_UNREADABLE_BY_XML.sub("", html[:limit]), _config())
    return text


@cache
def _config() -> "ParserConfig":
    """Lists are not indented, paragraphs and cells not set apart: all white space would be paid for."""
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement

    block = HtmlElement(display=Display.block)
    return ParserConfig(css=STRICT_CSS_PROFILE | {"p": block, "ul": block, "ol": block}, table_cell_separator=" ")
