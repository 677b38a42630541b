"""The closed lists of words of the billing room."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What a ledger entry did to its lot."""

    GRANT = "grant"
    CHARGE = "charge"
    REFUND = "refund"
    EXPIRE = "expire"


class InvoiceKind(StrEnum):
    """What is issued; each kind has a series of numbers of its own every year."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """Whether money is still awaited."""

    OPEN = "open"
    PAID = "paid"
    CREDITED = "credited"  # a credit note took all of it back
    GIVEN = "given"  # a credit note: nothing is awaited


class OrderKind(StrEnum):
    """What is ordered."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"
    POSTPAID = "postpaid"


class OrderState(StrEnum):
    """How far an order has come."""

    ACCEPTED = "accepted"  # waits for its money
    ACTIVE = "active"  # what it bought can be used
    ENDED = "ended"


class CollectionState(StrEnum):
    """How far one attempt to take money has come."""

    WAITING = "waiting"  # nobody was asked yet
    ASKED = "asked"  # the request is written down; its answer may be lost
    PENDING = "pending"
    NEEDS_CLIENT = "needs_client"  # the bank wants to see the client
    PAID = "paid"
    DECLINED = "declined"
    NEEDLESS = "needless"  # the invoice was settled otherwise before anybody was asked


class Setback(StrEnum):
    """Why the money of an invoice did not come; the words, each with a cure, stand in ``config/wording.*.toml``."""

    DECLINED = "declined"  # trying again may help
    REFUSED = "refused"  # it does not, with this card
    NEEDS_CLIENT = "needs_client"  # the bank wants to see the client
    NO_DETAILS = "no_details"  # nobody could be asked
    OVERDUE = "overdue"  # the client did not send it

    @property
    def is_hopeless(self) -> bool:
        """Whether trying again by ourselves is of no use."""
        return self is not Setback.DECLINED


class AlertKind(StrEnum):
    """What a client is warned of, once for each cause."""

    LOW_CREDIT = "low_credit"
    LOT_ENDS = "lot_ends"
    INVOICE_LATE = "invoice_late"


class LetterKind(StrEnum):
    """The mails that selling sends."""

    ORDER_RECEIVED = "order_received"
    TERMS_ACCEPTED = "terms_accepted"
    INVOICE_ISSUED = "invoice_issued"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    PAYMENT_FAILED = "payment_failed"
    SERVICE_SUSPENDED = "service_suspended"
    PRICE_REVISED = "price_revised"
    LOW_CREDIT = "low_credit"
    LOT_ENDS = "lot_ends"
