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
    SECRET_SEALED = "secret_sealed"  # noqa: S105 - a word, no secret: ours was kept under a key that we do not have


class ConnectionState(StrEnum):
    """Whether the owner of calendars lets us read them."""

    ACTIVE = "active"
    NEEDS_CONSENT = "needs_consent"  # the provider refuses us: the owner has to agree again
    UNLINKED = "unlinked"  # by the client; its secret is gone


class ReminderState(StrEnum):
    """Where a reminder is. The first four are stored; the others are told by its message and its answer."""

    PLANNED = "planned"
    WAITING = "waiting"  # due, and kept back for a reason that may pass: it leaves as long as it is of use
    SENT = "sent"  # handed to the one door
    NOT_SENT = "not_sent"  # and why
    DELIVERED = "delivered"
    FAILED = "failed"
    ANSWERED = "answered"


class Answer(StrEnum):
    """What somebody answered to a reminder."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    UNCLEAR = "unclear"


class MarkState(StrEnum):
    """Where the mark of an answer in the title of its event is; the words are in ``config/wording.*.toml``."""

    WAITING = "waiting"  # to be written, or tried again
    MARKED = "marked"
    TAKEN_OFF = "taken_off"  # the event was moved after the answer: nobody has answered to its new time
    # not written, and why
    OFF = "off"  # switched off meanwhile
    MOVED = "moved"  # the answer is about a time that the event had before
    NO_ACCESS = "no_access"  # its owner lets us read and no more
    READ_ONLY = "read_only"  # its owner may not write in this calendar either
    GUESTS = "guests"  # the provider would write to them
    REFUSED = "refused"  # by the provider, or not to be done without touching more than the title
    GONE = "gone"
    LATE = "late"  # the event was over before it could be written


class LetterKind(StrEnum):
    """The mails that the calendar room sends to the client."""

    REMINDER_FAILED = "reminder_failed"
    REMINDER_ANSWERED = "reminder_answered"
    CONSENT_LOST = "consent_lost"
    CALENDAR_SILENT = "calendar_silent"
    NUMBER_TO_CHOOSE = "number_to_choose"
    MARKING_ENDED = "marking_ended"
    DIGEST = "digest"
