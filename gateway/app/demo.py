"""The demo client: an account to try the gateway with, made once and shown as often as asked."""

from typing import Any

from sqlalchemy import Connection, select

from gateway.accounts import clients, passwords, senders
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.accounts.words import Notify
from gateway.app.overview import overview
from gateway.billing import packs
from gateway.engine.database import Stamp
from gateway.engine.vault import VaultError, open_vault
from gateway.settings import Settings
from plans.terms import CreditTerms

SLUG = "demo"
SENDER = "staff@demo.localhost"
LOGIN = "demo"
NUMBER = "+33639981234"  # in the range that is kept for fiction (ARCEP, 06 39 98); the sandbox phone delivers it
UNITS = 100

_SECRET = "demo password"  # noqa: S105 - whose it is in the vault, not what it is


def demo(connection: Connection, stamp: Stamp, actor: str, settings: Settings, terms: CreditTerms) -> dict[str, Any]:
    """The demo client with what it takes to send for it; it is made where it is missing, with its test units."""
    if not connection.scalar(select(account.c.account_id).where(account.c.slug == SLUG)):
        clients.add(connection, stamp, actor, name="Demo", slug=SLUG)
        senders.add(connection, stamp, actor, account=SLUG, value=SENDER, notify=Notify.ALL)
        packs.add(connection, stamp, actor, terms, account=SLUG, units=UNITS, label="demo", test=True)
    found = overview(connection, account=SLUG)
    user, password = _credentials(connection, stamp, actor, settings, found["account_id"])
    return {
        "account": SLUG,
        "sender": SENDER,
        "smtp_host": settings.smtp.host,
        "smtp_port": settings.smtp.port,
        "user": user,
        "password": password,
        "number": NUMBER,
        "recipient": f"0{NUMBER.removeprefix('+33')}@{settings.domain}",
        "units_left": found["units_left"],
    }


def _credentials(
    connection: Connection, stamp: Stamp, actor: str, settings: Settings, account_id: int
) -> tuple[str, str]:
    """Those in the vault, so that they can be shown again; new ones where they are missing or prove nothing more."""
    try:
        vault = open_vault(settings.data_dir)
        user, _, password = (vault.open(connection, account_id, _SECRET) or b"").decode().partition(" ")
        if passwords.verify(connection, user, password):
            return user, password
        new = _new_password(connection, stamp, actor)
        vault.keep(connection, account_id, _SECRET, f"{new.login} {new.password}".encode())
    except VaultError as error:
        raise Refused(f"The vault cannot be used: {error}.", "`gateway doctor` says more.") from None
    return new.login, new.password


def _new_password(connection: Connection, stamp: Stamp, actor: str) -> passwords.NewPassword:
    used = any(each.login == LOGIN for each in passwords.listing(connection, account=SLUG))  # and revoked since
    return passwords.add(connection, stamp, actor, account=SLUG, login=None if used else LOGIN, label="demo")
