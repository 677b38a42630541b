"""The closed lists of words of the accounts room."""

from enum import StrEnum


class AccountState(StrEnum):
    """What an account may still do."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ForeignPolicy(StrEnum):
    """What happens to a destination that was not opened (terms, special term 2)."""

    BLOCK = "block"
    SURCHARGE = "surcharge"


class StopScope(StrEnum):
    """How much the recipient silences by answering STOP."""

    CLIENT = "client"  # all that the client sends, planned reminders too
    SENDER = "sender"  # the authorised sender that wrote; reminders count as one of their own


class NumberKind(StrEnum):
    """What kind of number people write to."""

    SHORT_CODE = "short_code"
    LONG = "long"  # a virtual number, which carries no marketing (terms, special term 9)


class SenderKind(StrEnum):
    """What an authorised sender is recognised by."""

    ADDRESS = "address"
    DOMAIN = "domain"
    HOST = "host"


class Content(StrEnum):
    """Which part of the mail becomes the SMS."""

    BODY = "body"
    SUBJECT = "subject"
    BOTH = "both"


class Encoding(StrEnum):
    """How text that GSM 03.38 lacks is treated; the exact rules are in ``sms.segments``."""

    AUTO = "auto"
    SMART = "smart"
    GSM = "gsm"


class Notify(StrEnum):
    """Which news goes back by mail."""

    ALL = "all"
    FAILURES = "failures"
    NONE = "none"


class Action(StrEnum):
    """What an entry of the audit trail tells."""

    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESUMED = "account_resumed"
    ACCOUNT_CLOSED = "account_closed"
    SENDER_ADDED = "sender_added"
    SENDER_CHANGED = "sender_changed"
    SENDER_REMOVED = "sender_removed"
    PASSWORD_ADDED = "password_added"  # noqa: S105 - a word, no password
    PASSWORD_REVOKED = "password_revoked"  # noqa: S105 - a word, no password
    COUNTRY_OPENED = "country_opened"
    COUNTRY_CLOSED = "country_closed"
    CREDIT_GRANTED = "credit_granted"
    CREDIT_CAPPED = "credit_capped"
    POSTPAID_AGREED = "postpaid_agreed"
    POSTPAID_ENDED = "postpaid_ended"
    PROVISION_RECEIVED = "provision_received"
    TERMS_ACCEPTED = "terms_accepted"
    ORDERS_BLOCKED = "orders_blocked"
    ORDERS_UNBLOCKED = "orders_unblocked"
    ORDER_TAKEN = "order_taken"
    ORDER_SIGNED = "order_signed"
    ORDER_ACTIVATED = "order_activated"
    TOP_UP_SET = "top_up_set"
    INCIDENT_CREDITED = "incident_credited"
    PRICE_REVISED = "price_revised"
    PRICE_REFUSED = "price_refused"
    BILLING_NOTED = "billing_noted"
    CARD_NOTED = "card_noted"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    PAYMENT_RECORDED = "payment_recorded"
    PENALTY_CHARGED = "penalty_charged"
    INVOICE_COMPLETED = "invoice_completed"
    INVOICE_CREDITED = "invoice_credited"
    ACCOUNT_TERMINATED = "account_terminated"
    CARRIER_REOPENED = "carrier_reopened"
    LANE_SET = "lane_set"
    OPTOUT_ADDED = "optout_added"
    OPTOUT_REMOVED = "optout_removed"
    NUMBER_ADDED = "number_added"
    NUMBER_REMOVED = "number_removed"
    CALENDAR_LINKED = "calendar_linked"
    CALENDAR_UNLINKED = "calendar_unlinked"
    CALENDAR_ENABLED = "calendar_enabled"
    CALENDAR_DISABLED = "calendar_disabled"
    CALENDAR_PAUSED = "calendar_paused"
    CALENDAR_RESUMED = "calendar_resumed"
    CALENDAR_SET = "calendar_set"
    READING_SET = "reading_set"  # of all calendars of an account
