"""Reading what the policy judges by: for a whole batch of requests, in a handful of statements."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gateway.accounts import clients as accounts
from gateway.accounts.tables import account, destination_authorisation
from gateway.accounts.words import AccountState
from gateway.sms.policy import Standing
from gateway.sms.tables import daily_count, suppression


@dataclass(frozen=True, slots=True)
class Client:
    """An account as the sending core sees it."""

    account_id: int
    payer_id: int  # whose credit is spent: its own, or its parent's for a sub-account
    low_credit_units: int  # a mail warns when the balance falls below
    standing: Standing


_parent = account.alias("parent")
_WITH_PARENT = select(account, _parent.c.state.label("parent_state")).outerjoin(
    _parent, _parent.c.account_id == account.c.parent_id
)


def clients(connection: Connection, account_ids: Collection[int]) -> dict[int, Client]:
    """The accounts by id, each with what it may do; a sub-account is no freer than its parent."""
    rows = connection.execute(_WITH_PARENT.where(account.c.account_id.in_(sorted(account_ids)))).all()
    opened = opened_destinations(connection, account_ids)
    known = {}
    for *columns, parent_state in rows:
        each = accounts.Client(*columns)
        state = each.state if parent_state in {None, AccountState.ACTIVE} else parent_state
        known[each.account_id] = client_of(each, state, opened.get(each.account_id, {}))
    return known


def client_of(each: accounts.Client, state: AccountState, opened: Mapping[str, int | None]) -> Client:
    """The account as the sending core sees it; ``state`` is the stricter of its own and its parent's."""
    standing = Standing(
        state=state,
        country=each.country,
        holiday_region=each.holiday_region,
        zone=ZoneInfo(each.time_zone),
        foreign_policy=each.foreign_policy,
        opened=opened,
        stop_in_alerts=each.stop_in_alerts,
    )
    return Client(each.account_id, each.payer_id, each.low_credit_units, standing)


def opened_destinations(connection: Connection, account_ids: Collection[int]) -> dict[int, dict[str, int | None]]:
    """The destinations opened by account, each with the units per part agreed, None for the published price."""
    row = destination_authorisation.c
    opened: dict[int, dict[str, int | None]] = {}
    for account_id, destination, units in connection.execute(
        select(row.account_id, row.destination, row.units_per_part).where(row.account_id.in_(sorted(account_ids)))
    ):
        opened.setdefault(account_id, {})[destination] = units
    return opened


def opted_out(connection: Connection, pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the (account, recipient) pairs that said STOP."""
    wanted = set(pairs)
    row = suppression.c
    found = connection.execute(
        select(row.account_id, row.recipient).where(
            row.account_id.in_({account_id for account_id, _ in wanted}),
            row.recipient.in_({recipient for _, recipient in wanted}),
        )
    )
    return {(each.account_id, each.recipient) for each in found} & wanted


@dataclass(frozen=True, slots=True)
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
    row = daily_count.c
    rows = connection.execute(
        select(row.account_id, row.sender_id, row.day, row.messages).where(
            row.account_id.in_({each.account_id for each in days}),
            row.sender_id.in_({each.sender_id for each in days}),
            row.day.in_({each.day for each in days}),
        )
    )
    return {SenderDay(each.account_id, each.sender_id, each.day): each.messages for each in rows}
