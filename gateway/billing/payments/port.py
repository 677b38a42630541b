"""The port that every way of being paid stands behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Customer,
    InDoubt,
    RefundOutcome,
    SetupOutcome,
    Unknown,
)
from gateway.billing.payments.webhooks import PaymentEvent
from plans.money import NOTHING, Money

LONGEST_KEY = 200  # characters; providers take 255, and adapters put a word in front
_LONGEST_DESCRIPTION = 500


class PaymentMisuse(Exception):
    """A call that no caller without a mistake makes: no amount, or a key used again for something else."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A client as a provider of payments needs it."""

    reference: str  # ours, stable: registering it twice is one customer
    name: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One attempt to take an amount from a client; ``PaymentMisuse`` where it cannot be meant."""

    key: str  # ours, one for each attempt: used twice it is one charge
    customer_ref: str
    method_ref: str
    amount: Money  # with tax
    description: str = field(repr=False)  # what the client reads

    def __post_init__(self) -> None:
        check_key(self.key)
        if self.amount <= NOTHING:
            raise PaymentMisuse("only an amount above zero can be charged")
        if len(self.description) > _LONGEST_DESCRIPTION:
            raise PaymentMisuse(f"a description has at most {_LONGEST_DESCRIPTION} characters")


def check_key(key: str) -> None:
    """Refuse a key that a provider could take for another or not take: ``PaymentMisuse``."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise PaymentMisuse(f"a key has 1 to {LONGEST_KEY} printable ASCII characters")


class PaymentGateway(Protocol):
    """Takes money. No call raises for what a bank or a network can do: every outcome is a value.

    Write down the request before ``charge`` and the outcome after it. Who finds a request without an outcome asks
    ``lookup`` first and charges again, with the same key, only where the answer is ``Unknown``.
    """

    name: str

    async def register(self, payer: Payer) -> Customer | InDoubt:
        """Make the client known to the provider."""
        ...

    async def begin_setup(self, customer_ref: str, key: str) -> ClientStep | InDoubt:
        """Ask the client for bank details that can be charged later (terms, special term 6: before the trial)."""
        ...

    async def finish_setup(self, reference: str) -> SetupOutcome:
        """What became of a setup, by the reference of its step."""
        ...

    async def charge(self, request: ChargeRequest) -> ChargeOutcome:
        """Take an amount while the client is away; a key that was used tells the first charge and makes no other."""
        ...

    async def lookup(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """What became of a charge."""
        ...

    async def withdraw(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """Give up a charge that is still open, so that another attempt cannot be paid beside it.

        The answer says how it stands now: it may have been paid meanwhile.
        """
        ...

    async def refund(self, ref: str, amount: Money, key: str) -> RefundOutcome:
        """Give back all or part of what was paid under ``ref``."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """What the provider tells; ``WebhookRefused`` where it did not say it, or not just now."""
        ...
