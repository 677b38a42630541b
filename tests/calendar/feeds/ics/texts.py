"""iCalendar texts, as servers write them."""

from datetime import UTC, datetime

from gateway.calendar.feeds.port import Window

ZONE = "Europe/Paris"
WINDOW = Window(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC))


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar of these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *head.split("\n")]
    return "\r\n".join([*filter(None, lines), *events, "END:VCALENDAR", ""]).encode()


def event(uid: str = "a@x", start: str = ":20261124T100000Z", **properties: str) -> str:
    """An event; the names of properties are written as they are, their values with ";" or ":" in front."""
    told = {"SUMMARY": ":Visit", **properties}
    lines = [f"UID:{uid}", f"DTSTART{start}", *(f"{name.replace('_', '-')}{value}" for name, value in told.items())]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])
