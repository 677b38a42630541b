"""Which calendars the plans of their accounts cover, and whether there is anything to pay their reminders with."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from gateway.accounts.tables import account
from gateway.billing.caps import left_of
from gateway.billing.counter import agreements
from gateway.billing.cover import Cover, covers
from gateway.billing.lots import spendable
from gateway.billing.rules import BillingRules
from gateway.calendar.calendars import Calendar
from gateway.calendar.tables import calendar, calendar_connection
from gateway.calendar.words import ConnectionState
from plans.quota import CalendarKey, Link
from plans.words import LotKind

#: Test units are for mail-to-SMS alone (terms, special term 5).
_PAYING = frozenset(LotKind) - {LotKind.TEST}


@dataclass(frozen=True, slots=True)
class Means:
    """What an account may do, and what it can pay."""

    cover: Cover
    beyond: frozenset[CalendarKey]  # the calendars that the plan does not cover
    credit: bool


def means(
    connection: Connection, rules: BillingRules, calendars: Iterable[Calendar], now: datetime
) -> Mapping[int, Means]:
    """The means of the accounts of these calendars, in a few reads however many they are."""
    accounts = {each.account_id for each in calendars}
    covered = covers(connection, rules, accounts, now)
    payers = {each.payer_id for each in covered.values()}
    linked = links(connection, payers)
    beyond = {
        payer_id: frozenset(each.paused(linked.get(payer_id, []))) for payer_id, each in _by_payer(covered).items()
    }
    able = _able(connection, covered, now)
    return {account_id: Means(each, beyond[each.payer_id], account_id in able) for account_id, each in covered.items()}


def links(connection: Connection, payer_ids: Collection[int]) -> dict[int, list[Link]]:
    """The enabled calendars of payers and their sub-accounts, as plans count them."""
    counted: dict[int, list[Link]] = {}
    for payer_id, provider, remote_id, enabled_at, state in connection.execute(_LINKS, {"payers": sorted(payer_ids)}):
        link = Link(CalendarKey(provider, remote_id), enabled_at, enabled=True, revoked=state != ConnectionState.ACTIVE)
        counted.setdefault(payer_id, []).append(link)
    return counted


def _links() -> Select[*tuple[Any, ...]]:
    row, link, of = calendar.c, calendar_connection.c, account.c
    payer = func.coalesce(of.parent_id, of.account_id)
    return (
        select(payer, row.provider, row.remote_id, row.enabled_at, link.state)
        .join(account, of.account_id == row.account_id)
        .join(calendar_connection, and_(link.account_id == row.account_id, link.connection_id == row.connection_id))
        .where(payer.in_(bindparam("payers", expanding=True)), row.enabled_at.is_not(None))
    )


_LINKS = _links()


def _by_payer(covered: Mapping[int, Cover]) -> dict[int, Cover]:
    return {each.payer_id: each for each in covered.values()}


def _able(connection: Connection, covered: Mapping[int, Cover], now: datetime) -> set[int]:
    """The accounts with something to pay with; whether it is enough only the charge itself can say."""
    payers = {each.payer_id for each in covered.values()}
    units = spendable(connection, payers, now, _PAYING)
    postpaid = agreements(connection, payers, now)
    left = left_of(connection, [each for each, cover in covered.items() if cover.payer_id != each])
    return {
        account_id
        for account_id, cover in covered.items()
        if left.get(account_id, 1) > 0 and (units[cover.payer_id] > 0 or cover.payer_id in postpaid)
    }
