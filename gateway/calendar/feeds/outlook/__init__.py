"""Outlook calendars: sign-in through msal, calendars through Microsoft Graph."""
