"""The values of a TOML file, or of the environment, as the fields of a dataclass want them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def read_value(kind: str, value: Any) -> Any:
    """The value for a field whose type is written ``kind``; ``ValueError`` says in words what it should be."""
    name = next(each for each in _SCALARS if each in kind)
    try:
        return _SCALARS[name](value)
    except (TypeError, ValueError):
        raise ValueError(_IN_WORDS[name]) from None


def _of(*kinds: type) -> Callable[[Any], Any]:
    """Let values of these very types through: TOML knows what it holds, and true is no number."""

    def check(value: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(value)
        return value

    return check


def _integer(value: Any) -> int:
    return int(_of(int, str)(value))  # the environment has only texts


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_of(str)(each) for each in _of(list)(value))


def _tables(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(_of(dict)(each) for each in _of(list)(value))


def _path(value: Any) -> Path:
    return Path(_of(str)(value))


#: How a value is read, by a word of its field's type; the first that fits.
_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "tuple[dict": _tables,
    "Mapping": _of(dict),
    "tuple": _texts,
    "Path": _path,
    "bool": _of(bool),
    "int": _integer,
    "float": _of(int, float),
    "str": _of(str),
}

_IN_WORDS: Mapping[str, str] = {
    "tuple[dict": "a list of tables",
    "Mapping": "a table",
    "tuple": 'a list of texts: write ["…", "…"]',
    "Path": 'a path in quotation marks: write "…"',
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": 'a text in quotation marks: write "…"',
}
