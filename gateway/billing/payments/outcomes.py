"""What can come of asking for bank details, for money, or for giving it back: each case a value."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """The provider knows the client under this name."""

    customer_ref: str


@dataclass(frozen=True, slots=True)
class ClientStep:
    """Something that only the client can do: on the provider's page, or on ours with the provider's script."""

    reference: str
    url: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)  # shown to this client only, never kept


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """Something that can be charged while the client is away."""

    method_ref: str
    label: str  # for people: "visa 4242"


@dataclass(frozen=True, slots=True)
class SetupOpen:
    """The client has not given the details yet."""


@dataclass(frozen=True, slots=True)
class SetupFailed:
    """The bank did not take the details; the client may begin again."""

    code: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """No answer that can be relied on. Asking again with the same key is safe; so is ``lookup``."""

    code: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is there, or surely coming."""

    ref: str  # the provider's, for a refund
    at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved."""

    code: str  # the provider's own, kept raw
    hard: bool  # trying again with the same means is of no use, or forbidden by the card networks


@dataclass(frozen=True, slots=True)
class NeedsAuthentication:
    """The bank wants to see the client before it pays."""

    step: ClientStep


@dataclass(frozen=True, slots=True)
class Pending:
    """Under way: a webhook, an admin or ``lookup`` tells how it ends."""

    ref: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider never heard of this key: nothing was taken, charging with it is safe."""


@dataclass(frozen=True, slots=True)
class Refunded:
    """The money goes back."""

    ref: str


@dataclass(frozen=True, slots=True)
class RefundRefused:
    """It cannot go back this way."""

    code: str


SetupOutcome = PaymentMethod | SetupOpen | SetupFailed | InDoubt
ChargeOutcome = Paid | Declined | NeedsAuthentication | Pending | InDoubt
RefundOutcome = Refunded | Pending | RefundRefused | InDoubt
