"""Google Calendar, through Google's own libraries."""
