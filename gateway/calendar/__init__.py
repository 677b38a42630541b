"""The calendar room: linked calendars in, reminders planned as rows, each handed to the one door when it is due."""
