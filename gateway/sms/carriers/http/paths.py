"""Where in a document something stands: ``messages.0.id``."""

from typing import Any


def look_up(document: Any, path: str) -> Any:
    """What stands at a path of names and, in lists, numbers from 0; None where nothing does."""
    for step in path.split("."):
        match document:
            case dict():
                document = document.get(step)
            case list() if step.isascii() and step.isdigit() and int(step[:6]) < len(document):
                document = document[int(step[:6])]
            case _:
                return None
    return document


def word_at(document: Any, path: str) -> str | None:
    """What stands at a path, as a text; None for nothing, a table or a list."""
    match look_up(document, path):
        case bool() as flag:
            return str(flag).lower()
        case str() | int() | float() as value:
            return str(value)
        case _:
            return None
