"""An envelope as it waits in the spool, and the column that holds it."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from plans.words import MessageClass


class SpooledRecipient(NamedTuple):
    """A recipient as it waits in the spool: a number, or a role of the domain."""

    raw: str
    e164: str | None
    message_class: MessageClass | None
    role: str | None


class SpooledEnvelope(NamedTuple):
    """An envelope as it waits in the spool."""

    mail_from: str
    sender_id: int  # 0 where nobody had to be authorised
    recipients: tuple[SpooledRecipient, ...]


class EnvelopeJson(TypeDecorator[SpooledEnvelope]):
    """A ``SpooledEnvelope``, stored as JSON."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Write it."""
        del dialect
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], SpooledEnvelope]:
        """Read it back."""
        load = self.impl_instance.result_processor(dialect, coltype) or _as_it_is  # the PostgreSQL driver has loaded it
        return lambda stored: _read(load(stored))


def _as_it_is(stored: Any) -> Any:
    return stored


@lru_cache(maxsize=128)  # a sender writes to the same people again and again
def _written(envelope: SpooledEnvelope) -> str:
    recipients = ", ".join(map(_json, envelope.recipients))
    return (
        f'{{"mail_from": {_json(envelope.mail_from)}, "sender_id": {envelope.sender_id}, "recipients": [{recipients}]}}'
    )


_json = lru_cache(maxsize=4096)(json.dumps)


def _read(document: Any) -> SpooledEnvelope:
    recipients = tuple(
        SpooledRecipient(raw, e164, message_class and MessageClass(message_class), role)
        for raw, e164, message_class, role in document["recipients"]
    )
    return SpooledEnvelope(document["mail_from"], document["sender_id"], recipients)
