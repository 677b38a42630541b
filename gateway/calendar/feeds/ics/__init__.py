"""iCalendar: feeds behind an address (RFC 5545) and calendars on CalDAV servers (RFC 4791)."""
