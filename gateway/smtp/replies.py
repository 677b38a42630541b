"""Every reply that the listener gives: the one table of codes for the reasons, and the fixed sentences of the protocol.

Basic codes are those of RFC 5321, enhanced codes those of RFC 3463 and its registry; each reply has both, as RFC 2034
asks, save the greeting and the answer to EHLO.
"""

from collections.abc import Callable, Mapping

from gateway.wording import Language
from plans.words import Reason

REPLY_BYTES = 512  # RFC 5321, 4.5.3.1.5: one line with its CRLF


def reply(code: int, status: str, text: str) -> bytes:
    """One reply line; ``ValueError`` where the classes of the two codes differ or the text is not one ASCII line."""
    if status[0] != str(code)[0]:
        raise ValueError(f"{code} and {status} are of two classes")
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"the text of {code} {status} is not one line of ASCII")
    return f"{code} {status} {text}"[: REPLY_BYTES - 2].encode() + b"\r\n"


CODES: Mapping[Reason, tuple[int, str]] = {
    # the number
    Reason.NUMBER_INVALID: (550, "5.1.3"),
    Reason.NUMBER_LANDLINE: (550, "5.1.1"),
    Reason.NUMBER_NOT_MOBILE: (550, "5.1.1"),
    Reason.FOREIGN_BLOCKED: (550, "5.7.1"),
    Reason.OPTED_OUT: (550, "5.7.1"),
    # the sender and its account
    Reason.SENDER_UNKNOWN: (550, "5.7.1"),
    Reason.SENDER_UNPROVEN: (530, "5.7.0"),
    Reason.SENDER_NOT_ALLOWED: (550, "5.7.1"),
    Reason.ACCOUNT_UNKNOWN: (550, "5.1.2"),
    Reason.ACCOUNT_SUSPENDED: (550, "5.2.1"),
    Reason.ACCOUNT_CLOSED: (550, "5.2.1"),
    Reason.RELAYING: (550, "5.7.1"),
    Reason.REPLY_ADDRESS_INVALID: (550, "5.1.1"),
    # money and quantity; what time alone will cure is temporary
    Reason.NO_CREDIT: (552, "5.2.2"),
    Reason.NO_SUBSCRIPTION: (552, "5.2.2"),
    Reason.SUBSCRIPTION_ENDED: (552, "5.2.2"),
    Reason.TRIAL_UNPAID: (552, "5.2.2"),
    Reason.PAYMENT_LATE: (552, "5.2.2"),
    Reason.DAILY_CAP: (450, "4.7.1"),
    Reason.TOO_MANY_RECIPIENTS: (452, "4.5.3"),
    Reason.ROLE_MAIL_LIMIT: (452, "4.7.1"),
    Reason.TOO_MANY_PARTS: (554, "5.6.0"),
    Reason.DUPLICATE: (554, "5.7.1"),
    Reason.OUTSIDE_WINDOW: (450, "4.7.1"),
    # the content
    Reason.NO_TEXT: (554, "5.6.1"),
    Reason.AUTOMATIC_MAIL: (554, "5.7.1"),
    Reason.MAIL_UNREADABLE: (554, "5.6.0"),
    Reason.SENDER_ID_INVALID: (550, "5.7.1"),
    # the carrier
    Reason.NO_ROUTE: (550, "5.4.4"),
    Reason.CARRIER_REJECTED: (554, "5.7.1"),
    Reason.CARRIER_UNAVAILABLE: (451, "4.4.1"),
    Reason.CARRIER_SILENT: (451, "4.4.2"),
    Reason.NOT_DELIVERED: (554, "5.4.0"),
    Reason.VALIDITY_EXPIRED: (554, "5.4.7"),
    Reason.INCIDENT: (451, "4.4.1"),
    Reason.CANCELLED: (554, "5.7.0"),
    # the event of a reminder: mail never meets these
    Reason.NO_NUMBER: (554, "5.7.0"),
    Reason.NUMBER_AMBIGUOUS: (554, "5.7.0"),
    Reason.REMINDER_DECLINED: (554, "5.7.0"),
    Reason.EVENT_CANCELLED: (554, "5.7.0"),
    Reason.EVENT_DECLINED: (554, "5.7.0"),
    Reason.EVENT_TENTATIVE: (554, "5.7.0"),
    Reason.EVENT_GONE: (554, "5.7.0"),
    Reason.EVENT_MOVED: (554, "5.7.0"),
    Reason.RULE_REMOVED: (554, "5.7.0"),
    Reason.TOO_LATE: (554, "5.7.0"),
    Reason.BOOKED_LATE: (554, "5.7.0"),
    Reason.QUIET_HOURS: (554, "5.7.0"),
    Reason.MERGED: (554, "5.7.0"),
    Reason.ALREADY_ANSWERED: (554, "5.7.0"),
    Reason.CALENDAR_OFF: (554, "5.7.0"),
    Reason.CALENDAR_PAUSED: (554, "5.7.0"),
    Reason.CALENDAR_LIMIT: (554, "5.7.0"),
    Reason.CONSENT_MISSING: (554, "5.7.0"),
    Reason.CALENDAR_UNREAD: (554, "5.7.0"),
}


class Refusals:
    """The reply for each reason in each language, rendered once."""

    def __init__(self, explain: Callable[[Reason, Language], str]) -> None:
        """``explain`` words a reason and its cure in one ASCII line."""
        self._lines = {
            (reason, language): reply(*codes, explain(reason, language))
            for reason, codes in CODES.items()
            for language in Language
        }

    def __call__(self, reason: Reason, language: Language = Language.EN, hint: str = "") -> bytes:
        """The reply for ``reason``; a ``hint`` takes the place of the usual words."""
        return reply(*CODES[reason], hint) if hint else self._lines[reason, language]


def greeting(hostname: str, protocol: str) -> bytes:
    """The first line of a session (RFC 5321, 4.3.1)."""
    return f"220 {hostname} {protocol} ready\r\n".encode()


def extensions(hostname: str, keywords: tuple[str, ...]) -> bytes:
    """The answer to EHLO or LHLO, all lines in one piece (RFC 5321, 4.1.1.1)."""
    *first, last = (hostname, *keywords)
    return "".join([*(f"250-{line}\r\n" for line in first), f"250 {last}\r\n"]).encode()


def queued(mail_id: int) -> bytes:
    """The promise: the mail is on disk."""
    return b"250 2.0.0 queued as %d\r\n" % mail_id


def incident(incident_id: str) -> bytes:
    """Something broke here; the id finds it in the log."""
    return reply(451, "4.3.0", f"Something went wrong here, please try again later (incident {incident_id})")


OK = reply(250, "2.0.0", "OK")
SENDER_OK = reply(250, "2.1.0", "Sender noted")
RECIPIENT_OK = reply(250, "2.1.5", "Recipient accepted")
SEND_DATA = b"354 End data with <CR><LF>.<CR><LF>\r\n"
BYE = reply(221, "2.0.0", "Bye")
HELP = reply(214, "2.0.0", "Write to number@domain; see RFC 5321 for the commands")
NOT_VERIFIED = reply(252, "2.1.5", "Not verified here; name the recipient in a mail to learn")

# what was said
COMMAND_UNKNOWN = reply(500, "5.5.2", "Command not recognised")
COMMAND_MALFORMED = reply(500, "5.5.2", "A command is one line of text that ends with CRLF")
COMMAND_TOO_LONG = reply(500, "5.5.2", "Command line too long")
COMMAND_NOT_OFFERED = reply(502, "5.5.1", "Command not offered here")
ARGUMENT_MISSING = reply(501, "5.5.4", "This command needs an argument")
ARGUMENT_UNWANTED = reply(501, "5.5.4", "This command takes no argument")
PARAMETER_MALFORMED = reply(501, "5.5.4", "A parameter of this command is malformed")
PARAMETER_UNKNOWN = reply(555, "5.5.4", "A parameter of this command is not supported")
SENDER_MALFORMED = reply(501, "5.1.7", "Write the sender as MAIL FROM:<name@domain>")
RECIPIENT_MALFORMED = reply(501, "5.1.3", "Write the recipient as RCPT TO:<number@domain>")
UTF8_NOT_ASKED = reply(553, "5.6.7", "An address that is not ASCII needs the SMTPUTF8 parameter of MAIL")
SAY_HELLO_FIRST = reply(503, "5.5.1", "Say hello first: HELO, EHLO or LHLO")
SAY_MAIL_FIRST = reply(503, "5.5.1", "Name the sender first: MAIL FROM")
MAIL_IN_MAIL = reply(503, "5.5.1", "A mail is already under way; RSET ends it")
NO_RECIPIENTS = reply(503, "5.5.1", "No valid recipients")  # 503: RFC 2033, 4.2 asks it of LMTP

# login and encryption
LOGGED_IN = reply(235, "2.7.0", "Authentication successful")
LOGIN_WRONG = reply(535, "5.7.8", "Authentication failed: check login and password")
LOGIN_UNAVAILABLE = reply(454, "4.7.0", "Temporary authentication failure, please try again later")  # RFC 4954, 6
LOGIN_ABORTED = reply(501, "5.7.0", "Authentication given up")
LOGIN_MALFORMED = reply(501, "5.5.2", "Authentication data is not well-formed base64")
LOGIN_TWICE = reply(503, "5.5.1", "Already authenticated")
LOGIN_DURING_MAIL = reply(503, "5.5.1", "Not during a mail")
LOGIN_IN_CLEAR = reply(538, "5.7.11", "Encryption required: use TLS before you authenticate")
MECHANISM_UNKNOWN = reply(504, "5.5.4", "Authentication mechanism not supported: use PLAIN or LOGIN")
READY_FOR_TLS = reply(220, "2.0.0", "Ready to start TLS")
TLS_NOT_OFFERED = reply(502, "5.5.1", "TLS is not offered here")
TLS_TWICE = reply(503, "5.5.1", "TLS is already on")

# the mail
MAIL_TOO_BIG = reply(552, "5.3.4", "Mail too big; SIZE tells the limit")
MAIL_MALFORMED = reply(550, "5.6.0", "Lines must end with CRLF; bare CR, bare LF and NUL are refused")
STORAGE_UNAVAILABLE = reply(451, "4.3.0", "The database is not available at present, please try again later")
STORAGE_FULL = reply(452, "4.3.1", "No room for this mail at present, please try again later")

# the end of a session
SHUTTING_DOWN = reply(421, "4.3.2", "Service is stopping, please try again soon")
TIMED_OUT = reply(421, "4.4.2", "Waited too long, closing the connection")
TOO_MANY_CONNECTIONS = reply(421, "4.7.0", "Too many connections, please try again later")
TOO_MANY_LOGINS = reply(421, "4.7.0", "Too many failed authentications, closing the connection")
TOO_MANY_ERRORS = reply(421, "4.7.0", "Too many errors, closing the connection")
NOT_A_FRONT = reply(554, "5.7.1", "This door is for trusted mail servers only")
