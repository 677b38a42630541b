"""From ``patternedRecurrence`` to rule lines.

Source: https://learn.microsoft.com/graph/api/resources/recurrencepattern and .../recurrencerange.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.peers.graph.answers import Refused

Json = dict[str, Any]

_INDEX = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def rule_lines(recurrence: Json) -> list[str]:
    """One RRULE line; ``Refused`` for a pattern that Exchange would not take."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    make = _PATTERNS.get(pattern["type"])
    if make is None or pattern.get("interval", 1) < 1:
        raise Refused("ErrorInvalidRecurrencePattern", "The recurrence pattern is invalid.")
    parts = [*make(pattern), f"INTERVAL={pattern.get('interval', 1)}"]
    if span["type"] == "numbered":
        parts.append(f"COUNT={span['numberOfOccurrences']}")
    elif span["type"] == "endDate":
        last = datetime.fromisoformat(span["endDate"])
        parts.append(f"UNTIL={last:%Y%m%d}T235959")
    return ["RRULE:" + ";".join(parts)]


def _days(pattern: Json) -> str:
    index = _INDEX[pattern["index"]] if "index" in pattern and pattern["type"].startswith("relative") else ""
    return "BYDAY=" + ",".join(f"{index}{day[:2].upper()}" for day in pattern["daysOfWeek"])


_PATTERNS: dict[str, Callable[[Json], list[str]]] = {
    "daily": lambda _: ["FREQ=DAILY"],
    "weekly": lambda given: ["FREQ=WEEKLY", _days(given)],
    "absoluteMonthly": lambda given: ["FREQ=MONTHLY", f"BYMONTHDAY={given['dayOfMonth']}"],
    "relativeMonthly": lambda given: ["FREQ=MONTHLY", _days(given)],
    "absoluteYearly": lambda given: [
        "FREQ=YEARLY",
        f"BYMONTH={given['month']}",
        f"BYMONTHDAY={given['dayOfMonth']}",
    ],
}
