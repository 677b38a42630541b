"""How numbers are found in all calendars of an account, those that it will have too."""

from datetime import datetime

from sqlalchemy import Connection, Text, cast, select, update

from gateway.accounts import audit_trail
from gateway.accounts.clients import Client
from gateway.accounts.words import Action
from gateway.calendar import connections
from gateway.calendar.checking import check_reading
from gateway.calendar.settings import Reading, read_reading, stored
from gateway.calendar.tables import account_reading, calendar
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or


def reading_of(connection: Connection, account_id: int) -> Reading:
    """What holds in all calendars of an account."""
    row = account_reading.c
    return read_reading(connection.scalar(select(cast(row.settings, Text)).where(row.account_id == account_id)))


def change_reading(connection: Connection, stamp: Stamp, actor: str, client: Client, reading: Reading) -> Reading:
    """Put in force what holds in all calendars of an account, and return it as it is kept.

    Their events are read anew where it changes. ``Refused`` for what makes no sense.
    """
    checked = check_reading(reading, Reading(), client.country)
    if checked != reading_of(connection, client.account_id):
        _keep(connection, client.account_id, checked)
        _read_anew(connection, stamp.now, client.account_id)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.READING_SET)
    return checked


def _keep(connection: Connection, account_id: int, reading: Reading) -> None:
    kept = {"settings": stored(reading)}
    new = insert_or(connection, account_reading).values(account_id=account_id, **kept)
    connection.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=kept))


def _read_anew(connection: Connection, now: datetime, account_id: int) -> None:
    """List everything in the calendars that have reminders; what is being read by now is not kept."""
    row = calendar.c
    enabled = (row.account_id == account_id, row.enabled_at.is_not(None))
    connection.execute(update(calendar).where(*enabled).values(version=row.version + 1, cursor=None, next_poll_at=now))
    for connection_id in connection.scalars(select(row.connection_id).where(*enabled).distinct()).all():
        connections.look_now(connection, now, account_id, connection_id)
