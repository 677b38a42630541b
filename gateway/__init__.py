"""The service: mail and calendars in, SMS out, news and answers back."""
