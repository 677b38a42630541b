"""The closed lists of words that rules, messages, mails and screens share."""

from enum import StrEnum


class MessageClass(StrEnum):
    """What a message is for, as the client declares it (terms, special term 4)."""

    ALERT = "alert"
    MARKETING = "marketing"


class Origin(StrEnum):
    """Which room asked for the message."""

    EMAIL = "email"
    CALENDAR = "calendar"
    API = "api"
    CLI = "cli"


class LotKind(StrEnum):
    """Where the units of a lot come from; the order of burning is in ``plans.lots``."""

    TEST = "test"  # free, once per client, email-to-SMS only
    PACK = "pack"  # bought, valid 12 months
    CREDIT = "credit"  # given back after its own lot had expired


class Reason(StrEnum):
    """Why something was refused, held or ended; one list for SMTP replies, notices, screens and logs.

    The words shown to people are in ``config/wording.*.toml`` under the same names, each with a cure.
    """

    # the number
    NUMBER_INVALID = "number_invalid"
    NUMBER_LANDLINE = "number_landline"
    NUMBER_NOT_MOBILE = "number_not_mobile"  # premium, shared cost, pager and the like
    FOREIGN_BLOCKED = "foreign_blocked"
    OPTED_OUT = "opted_out"
    # the sender and its account
    SENDER_UNKNOWN = "sender_unknown"
    SENDER_UNPROVEN = "sender_unproven"
    SENDER_NOT_ALLOWED = "sender_not_allowed"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_CLOSED = "account_closed"
    RELAYING = "relaying"
    REPLY_ADDRESS_INVALID = "reply_address_invalid"
    # money and quantity
    NO_CREDIT = "no_credit"
    NO_SUBSCRIPTION = "no_subscription"  # of reminders, as the three after it
    SUBSCRIPTION_ENDED = "subscription_ended"
    TRIAL_UNPAID = "trial_unpaid"  # the trial is over and its first charge was declined
    PAYMENT_LATE = "payment_late"  # later than the terms allow
    DAILY_CAP = "daily_cap"
    TOO_MANY_RECIPIENTS = "too_many_recipients"
    ROLE_MAIL_LIMIT = "role_mail_limit"  # of mail to postmaster and abuse, from strangers
    TOO_MANY_PARTS = "too_many_parts"
    DUPLICATE = "duplicate"
    # the time
    OUTSIDE_WINDOW = "outside_window"
    # the content
    NO_TEXT = "no_text"
    AUTOMATIC_MAIL = "automatic_mail"
    MAIL_UNREADABLE = "mail_unreadable"
    SENDER_ID_INVALID = "sender_id_invalid"
    # the carrier
    NO_ROUTE = "no_route"  # none takes such a message
    CARRIER_REJECTED = "carrier_rejected"
    CARRIER_UNAVAILABLE = "carrier_unavailable"
    CARRIER_SILENT = "carrier_silent"  # written, never answered: nobody can know
    NOT_DELIVERED = "not_delivered"
    VALIDITY_EXPIRED = "validity_expired"
    INCIDENT = "incident"  # the carrier could not send for a time, and the units are given back
    CANCELLED = "cancelled"
    # the event of a reminder, and its calendar
    NO_NUMBER = "no_number"
    NUMBER_AMBIGUOUS = "number_ambiguous"
    REMINDER_DECLINED = "reminder_declined"  # by #nosms or a list
    EVENT_CANCELLED = "event_cancelled"
    EVENT_DECLINED = "event_declined"
    EVENT_TENTATIVE = "event_tentative"  # not confirmed by its owner
    EVENT_GONE = "event_gone"  # deleted, or out of what is listed
    EVENT_MOVED = "event_moved"
    RULE_REMOVED = "rule_removed"
    TOO_LATE = "too_late"
    BOOKED_LATE = "booked_late"  # its time had passed when the event came
    QUIET_HOURS = "quiet_hours"
    MERGED = "merged"
    ALREADY_ANSWERED = "already_answered"
    CALENDAR_OFF = "calendar_off"
    CALENDAR_PAUSED = "calendar_paused"
    CALENDAR_LIMIT = "calendar_limit"
    CONSENT_MISSING = "consent_missing"
    CALENDAR_UNREAD = "calendar_unread"
