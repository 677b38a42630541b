"""Reading what the policy judges by: for a whole batch of requests, in a handful of statements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, String, and_, bindparam, select

from gateway.accounts import clients as accounts
from gateway.accounts.authorisations import opened_for
from gateway.accounts.tables import account
from gateway.accounts.words import AccountState
from gateway.engine.pairs import as_pairs, pairs
from gateway.sms.policy import Standing
from gateway.sms.tables import daily_count, suppression
from plans.words import Origin


@dataclass(frozen=True, slots=True)
class Client:
    """An account as the sending core sees it."""

    account_id: int
    payer_id: int  # whose credit is spent: its own, or its parent's for a sub-account
    low_credit_units: int  # a mail warns when the balance falls below
    standing: Standing


_parent = account.alias("parent")
_WITH_PARENT = (
    select(account, _parent.c.state.label("parent_state"))
    .outerjoin(_parent, _parent.c.account_id == account.c.parent_id)
    .where(account.c.account_id.in_(bindparam("accounts", expanding=True)))
)


def clients(connection: Connection, account_ids: Collection[int]) -> dict[int, Client]:
    """The accounts by id, each with what it may do; a sub-account is no freer than its parent."""
    rows = connection.execute(_WITH_PARENT, {"accounts": list(account_ids)})
    found = [(accounts.Client(*columns), parent_state) for *columns, parent_state in rows]
    opened = opened_for(connection, [each for each, _ in found])
    return {
        each.account_id: client_of(
            each,
            stricter(each.state, parent_state),
            opened[each.account_id],
        )
        for each, parent_state in found
    }


def stricter(own: AccountState, parents: AccountState | None) -> AccountState:
    """The state that counts: a sub-account is no freer than its parent."""
    return own if parents in {None, AccountState.ACTIVE} else parents


def client_of(each: accounts.Client, state: AccountState, opened: Mapping[str, int | None]) -> Client:
    """The account as the sending core sees it; ``state`` is the stricter of its own and its parent's."""
    standing = Standing(
        account_id=each.account_id,
        slug=each.slug,
        state=state,
        country=each.country,
        holiday_region=each.holiday_region,
        zone=ZoneInfo(each.time_zone),
        foreign_policy=each.foreign_policy,
        opened=opened,
        stop_in_alerts=each.stop_in_alerts,
    )
    return Client(each.account_id, each.payer_id, each.low_credit_units, standing)


@lru_cache(maxsize=1_000)  # a batch is of a few
def voice_of(origin: Origin, sender_id: int) -> str:
    """Who speaks in a message, for a STOP that silences not the whole client: the sender, or the room without one."""
    return str(sender_id) if sender_id else origin.value


#: The voice of a STOP that silences the whole client.
EVERY_VOICE = ""


@dataclass(frozen=True, slots=True)
class Stops:
    """Who said STOP to whom."""

    voices: Mapping[tuple[int, str], frozenset[str]]  # by account and recipient

    def silence(self, account_id: int, recipient: str, voice: str) -> bool:
        """Whether nothing may go from this voice of the account to the recipient."""
        voices = self.voices.get((account_id, recipient))
        return voices is not None and not voices.isdisjoint({EVERY_VOICE, voice})


def opted_out(connection: Connection, recipients: Collection[tuple[int, str]]) -> Stops:
    """What the recipients of the (account, recipient) pairs have said STOP to."""
    found: dict[tuple[int, str], frozenset[str]] = {}
    if recipients:
        for account_id, recipient, voice in connection.execute(_stopped(connection.dialect.name), as_pairs(recipients)):
            found[account_id, recipient] = found.get((account_id, recipient), frozenset()) | {voice}
    return Stops(found)


@cache
def _stopped(dialect: str) -> Select[int, str, str]:
    row, wanted = suppression.c, pairs(dialect, String())
    return select(row.account_id, row.recipient, row.voice).join(
        wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.recipient)
    )


@dataclass(frozen=True, slots=True, order=True)
class SenderDay:
    """An authorised sender on a local day of its account."""

    account_id: int
    sender_id: int
    day: str  # ISO date

    @classmethod
    def of(cls, client: Client, sender_id: int, now: datetime) -> "SenderDay":
        """The day that ``now`` falls on, on the account's clock."""
        return cls(client.account_id, sender_id, now.astimezone(client.standing.zone).date().isoformat())


def sent_today(connection: Connection, days: Collection[SenderDay]) -> Mapping[SenderDay, int]:
    """How many messages each sender has had accepted on its day."""
    if not days:
        return {}
    rows = connection.execute(
        _counted(connection.dialect.name).where(daily_count.c.day.in_({each.day for each in days})),
        as_pairs({(each.account_id, each.sender_id) for each in days}),
    )
    return {SenderDay(account_id, sender_id, day): messages for account_id, sender_id, day, messages in rows}


@cache
def _counted(dialect: str) -> Select[int, int, str, int]:
    row, wanted = daily_count.c, pairs(dialect)
    return select(row.account_id, row.sender_id, row.day, row.messages).join(
        wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.sender_id)
    )
