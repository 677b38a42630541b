"""Values of the rooms as JSON and back, so that a command means the same here and through the socket."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

from gateway.accounts.refusals import Refused


def plain(value: Any) -> Any:
    """``value`` in the words of JSON: instants and days as ISO 8601, words as their text, identifiers as text.

    An identifier has up to 63 bits, and many readers of JSON (jq, JavaScript) keep only 53 of a number.
    """
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    if is_dataclass(value):
        return plain({each.name: getattr(value, each.name) for each in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): str(each) if _is_identifier(str(key), each) else plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def arguments_for(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` as the keyword arguments of ``function``, each of the type that it declares; else ``Refused``.

    The types understood: text, whole numbers, flags, closed lists of words, and each of these or nothing.
    """
    hints = get_type_hints(function)
    known = {
        name: each
        for name, each in inspect.signature(function).parameters.items()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    }
    if unknown := sorted(given.keys() - known.keys()):
        raise Refused(f"There is no argument {', '.join(unknown)}.", f"Known here: {', '.join(known) or 'none'}.")
    missing = [name for name, each in known.items() if each.default is each.empty and name not in given]
    if missing:
        raise Refused(f"Missing: {', '.join(missing)}.", "Give it.")
    return {name: _typed(name, hints[name], value) for name, value in given.items()}


def _is_identifier(key: str, value: object) -> bool:
    return isinstance(value, int) and (key == "id" or key.endswith("_id"))


def _typed(name: str, hint: Any, value: object) -> Any:
    for option in get_args(hint) or (hint,):
        if type(value) is option:  # not isinstance: to Python, true is a whole number
            return value
        if issubclass(option, StrEnum) and isinstance(value, str):
            return _word(name, option, value)
    wanted = " or ".join(each.__name__ for each in get_args(hint) or (hint,) if each is not NoneType)
    raise Refused(f"{name} = {value!r} does not fit.", f"It takes {wanted}.")


def _word(name: str, words: type[StrEnum], value: str) -> StrEnum:
    try:
        return words(value)
    except ValueError:
        raise Refused(f"{value!r} does not fit {name}.", f"Choose one of {', '.join(words)}.") from None
