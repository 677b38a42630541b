"""The circuit breaker of each carrier: who fails too often is left alone for a while, and tried with one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from gateway.engine.metadata import Instant
from gateway.engine.prepared import Prepared
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome
from gateway.sms.tables import circuit

OPENS_AFTER = 5  # hand-overs in a row that failed

#: The code of what was under way when this machine stopped: that says nothing about the carrier.
CRASHED = "crashed"
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a carrier does."""

    failures: int = 0  # in a row, until it opened, and then how often it was tried in vain
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nothing is handed to the carrier now."""
        return self.open_until is not None and now < self.open_until

    @property
    def half_open(self) -> bool:
        """Whether it has failed so often that one message tries it, once it is not open any more."""
        return self.failures >= OPENS_AFTER


def after(before: Circuit, outcomes: Sequence[Outcome], now: datetime) -> Circuit:
    """How the carrier does after these hand-overs.

    Any answer of the carrier, a refusal too, closes the circuit; silence is none. Being asked to slow down says nothing
    about it, and neither does the failure of what was under way when it opened: nobody has tried the carrier since.
    """
    if any(not isinstance(each, NotSent | InDoubt) for each in outcomes):
        return Circuit()
    told = [each for each in outcomes if _tells(each)]
    if not told or before.is_open(now):
        return before
    failures = before.failures + 1 if before.half_open else min(before.failures + len(told), OPENS_AFTER)
    return Circuit(failures, now + _rest(failures) if failures >= OPENS_AFTER else None)


def _tells(outcome: Outcome) -> bool:
    """Whether it says anything about how the carrier does."""
    slowed = isinstance(outcome, NotSent) and outcome.throttled
    return not slowed and outcome != InDoubt(CRASHED)


def _rest(failures: int) -> timedelta:
    """Doubled each time that it was tried in vain."""
    doubled: timedelta = min(_FIRST_REST * 2 ** min(failures - OPENS_AFTER, 10), _LONGEST_REST)
    return doubled


_OF_CARRIER = Prepared(
    select(circuit.c.failures, circuit.c.open_until).where(circuit.c.carrier == bindparam("of_carrier"))
)
_OPEN = select(circuit.c.carrier).where(circuit.c.open_until > bindparam("now", type_=Instant))


def circuit_of(connection: Connection, carrier: str) -> Circuit:
    """How a carrier does."""
    found = _OF_CARRIER(connection, {"of_carrier": carrier})
    return Circuit(*found[0]) if found else Circuit()


def closed_to_messages(connection: Connection, now: datetime) -> frozenset[str]:
    """The carriers that nothing is handed to now."""
    return frozenset(connection.scalars(_OPEN, {"now": now}))


def note(connection: Connection, carrier: str, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Remember how hand-overs went; nothing is written where nothing changes."""
    before = circuit_of(connection, carrier)
    now_is = after(before, outcomes, now)
    if now_is != before:
        values = {"failures": now_is.failures, "open_until": now_is.open_until}
        row = insert_or(connection, circuit).values(carrier=carrier, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["carrier"], set_=values))


def close(connection: Connection, carrier: str) -> bool:
    """Let messages through at once, as an operator says; False where they go through already."""
    shut = update(circuit).where(circuit.c.carrier == carrier, circuit.c.open_until.is_not(None))
    return bool(connection.execute(shut.values(failures=0, open_until=None)).rowcount)
