"""What the reminders of a calendar say, and which texts of an event they need for it."""

from gateway.calendar.extract import Field
from gateway.calendar.settings import CalendarSettings


def kept_fields(settings: CalendarSettings) -> frozenset[Field]:
    """The fields of an event that its wording uses: no other is kept."""
    template = settings.template or ""
    return frozenset(each for each in Field if f"{{{each.value}}}" in template)
