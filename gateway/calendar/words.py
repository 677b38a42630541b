"""The closed lists of words of the calendar room."""

from enum import StrEnum


class Provider(StrEnum):
    """Where a calendar lives."""

    GOOGLE = "google"
    OUTLOOK = "outlook"
    CALDAV = "caldav"
    ICS = "ics"


class EventStatus(StrEnum):
    """What an event says of itself (RFC 5545, 3.8.1.11), and of its owner's answer to it."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"
    DECLINED = "declined"  # by the owner of the calendar


class FeedFault(StrEnum):
    """Why a feed could not be read; the words for people are in ``config/wording.*.toml``."""

    CURSOR_EXPIRED = "cursor_expired"  # list everything anew
    CONSENT_REVOKED = "consent_revoked"  # nothing more until the owner agrees again
    SCOPE_MISSING = "scope_missing"  # the owner left out a permission that is needed
    ADMIN_CONSENT = "admin_consent"  # the owner's organisation wants its administrator to agree
    CALENDAR_GONE = "calendar_gone"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"  # the provider, or the way to it
    ADDRESS_REFUSED = "address_refused"  # no https, or not a public address
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # no iCalendar, or none that makes sense
    TOO_FREQUENT = "too_frequent"  # it repeats by the hour or faster
    CREDENTIALS_WRONG = "credentials_wrong"  # user or password of a CalDAV server
