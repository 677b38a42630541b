"""Flowed text back to paragraphs (RFC 3676)."""

import re

_QUOTE = re.compile(r">*")
_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the lines that the sender's client broke.

    ``delete_space`` is the DelSp parameter: the space that marks a soft break was no part of the text. Lines of
    different quote depth are never joined, and the signature mark never flows (RFC 3676, 4.3).
    """
    paragraphs: list[str] = []
    open_depth: int | None = None  # quote depth of a paragraph that still flows
    for line in text.split("\n"):
        depth, content = _unstuff(line)
        if depth == open_depth and content != _SIGNATURE:
            paragraphs[-1] += content
        else:
            paragraphs.append("> " * depth + content)
        flows = content.endswith(" ") and content != _SIGNATURE
        open_depth = depth if flows else None
        if flows and delete_space:
            paragraphs[-1] = paragraphs[-1][:-1]
    return "\n".join(paragraphs)


def _unstuff(line: str) -> tuple[int, str]:
    """Quote depth and content of a line (RFC 3676, 4.4 and 4.5)."""
    quote = _QUOTE.match(line)
    depth = quote.end() if quote else 0
    return depth, line[depth:].removeprefix(" ")
