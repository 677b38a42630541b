"""When a message may be handed to the network: sending windows as data, on the recipient's clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plans.checked import RuleError, Section
from plans.words import MessageClass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: How far ahead an opening is looked for. The longest closure of France is under 3 days; a month of holidays is a bug.
_HORIZON_DAYS = 31


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of one local day: open at ``opens``, closed again at ``closes`` itself."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Window:
    """One rule about when messages may leave; several rules apply together, and the strictest wins."""

    name: str  # for the reader of the configuration
    classes: frozenset[MessageClass]
    destinations: frozenset[str]  # ISO 3166; empty means everywhere
    week: tuple[Hours | None, ...]  # seven, Monday first; None is closed all day
    closed_on_holidays: bool


def applying(windows: Iterable[Window], message_class: MessageClass, destination: str) -> tuple[Window, ...]:
    """The windows that bind messages of this class to this destination."""
    return tuple(
        window
        for window in windows
        if message_class in window.classes and (not window.destinations or destination in window.destinations)
    )


def next_opening(
    windows: Sequence[Window], instant: datetime, zone: ZoneInfo, is_holiday: Callable[[date], bool]
) -> datetime:
    """The first instant from ``instant`` on at which every window is open; ``instant`` itself when they are open now.

    ``zone`` and ``is_holiday`` are the recipient's. A local time that a clock change leaves out counts as the instant
    at which the clock has passed it; one that it repeats counts the first time. ``RuleError`` when nothing opens
    within a month.
    """
    if not windows:
        return instant
    today = instant.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(_HORIZON_DAYS)):
        hours = _common_hours(windows, day.weekday())
        if hours is None or _closed_by_holiday(windows, day, is_holiday):
            continue
        opens, closes = _on(day, hours.opens, zone), _on(day, hours.closes, zone)
        if max(instant, opens) < closes:
            return max(instant, opens)
    raise RuleError(f"windows {_names(windows)} stay closed for {_HORIZON_DAYS} days")


def windows_from(document: Mapping[str, object]) -> tuple[Window, ...]:
    """Read every ``[[window]]`` of windows.toml; ``RuleError`` names a key that is missing, wrong or impossible."""
    windows = tuple(_window_from(section) for section in Section(document).sections("window"))
    _refuse_closed_weeks(windows)
    return windows


def _common_hours(windows: Sequence[Window], weekday: int) -> Hours | None:
    """The hours of a weekday in which every window is open, or None."""
    opens, closes = time.min, time.max
    for window in windows:
        hours = window.week[weekday]
        if hours is None:
            return None
        opens, closes = max(opens, hours.opens), min(closes, hours.closes)
    return Hours(opens, closes) if opens < closes else None


def _closed_by_holiday(windows: Sequence[Window], day: date, is_holiday: Callable[[date], bool]) -> bool:
    return any(window.closed_on_holidays for window in windows) and is_holiday(day)


def _on(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _names(windows: Iterable[Window]) -> str:
    return ", ".join(window.name for window in windows)


def _window_from(section: Section) -> Window:
    section.only({"name", "classes", "destinations", "closed_on_holidays", *WEEKDAYS})
    return Window(
        name=section.text("name"),
        classes=frozenset(_class_from(section, word) for word in section.texts("classes")),
        destinations=frozenset(section.texts("destinations")) if "destinations" in section.values else frozenset(),
        week=tuple(_hours_from(section, day) if day in section.values else None for day in WEEKDAYS),
        closed_on_holidays=section.flag("closed_on_holidays"),
    )


def _class_from(section: Section, word: str) -> MessageClass:
    try:
        return MessageClass(word)
    except ValueError:
        known = ", ".join(MessageClass)
        raise RuleError(f"{section.name('classes')}: {word!r} is no message class; known: {known}") from None


def _hours_from(section: Section, day: str) -> Hours:
    opens, _, closes = section.text(day).partition("-")
    try:
        hours = Hours(time.fromisoformat(opens), time.fromisoformat(closes))
    except ValueError:
        raise RuleError(f'{section.name(day)} must be local hours such as "08:00-20:00"') from None
    if hours.opens >= hours.closes:
        raise RuleError(f"{section.name(day)} must open before it closes")
    return hours


def _refuse_closed_weeks(windows: Sequence[Window]) -> None:
    """Refuse windows that leave some class and destination not one open hour a week."""
    named = frozenset[str]().union(*(window.destinations for window in windows))
    for message_class in MessageClass:
        for destination in ("", *sorted(named)):
            layers = applying(windows, message_class, destination)
            if layers and not any(_common_hours(layers, weekday) for weekday in range(7)):
                raise RuleError(f"windows {_names(layers)} have no open hour in common")
