"""Clients that can be invoiced, for the tests of billing."""

from dataclasses import replace

from sqlalchemy import Connection, update

from gateway.accounts import clients
from gateway.billing.customers import Profile, note_profile
from gateway.billing.methods import Method, note_method
from gateway.billing.rules import shipped_billing_rules
from gateway.billing.selling_tables import billing_profile
from gateway.engine.database import Engine, Stamp
from plans.orders import PaymentMeans

RULES = shipped_billing_rules()

CLINIC = Profile(
    legal_name="Clinique Alice SARL",
    address=("1 rue de la Paix",),
    postcode="75002",
    city="Paris",
    territory="FR",
    email="billing@alice.example",
    siren="552100554",
)


def buyer(
    connection: Connection, stamp: Stamp, slug: str = "alice", territory: str = "FR", *, accepts: bool = True
) -> int:
    """A client with its billing details that accepted the terms in force; its account."""
    client = clients.add(connection, stamp, "tests", name=slug.capitalize(), slug=slug)
    siren = f"{client.account_id % 10**9:09}"
    note_profile(connection, client.account_id, replace(CLINIC, territory=territory, siren=siren))
    if accepts:
        accepted = {"accepted_terms": RULES.terms_version(RULES.today(stamp.now)), "accepted_at": stamp.now}
        of_client = billing_profile.c.account_id == client.account_id
        connection.execute(update(billing_profile).where(of_client).values(accepted))
    return client.account_id


async def new_buyer(engine: Engine, slug: str = "alice", territory: str = "FR") -> int:
    """The same in a unit of its own."""
    return await engine.write(lambda connection: buyer(connection, engine.stamp(), slug, territory))


def card(account_id: int, ending: str = "42") -> Method:
    """A card of the sandbox; its ending says what it does."""
    customer_ref = f"sandbox_customer_{account_id}"
    return Method("sandbox", customer_ref, f"sandbox_card_{ending}", f"sandbox {ending}", PaymentMeans.CARD)


async def new_subscriber(engine: Engine, slug: str = "alice", ending: str = "42") -> int:
    """A client with billing details and a card."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp, slug)
        note_method(connection, stamp, account_id, card(account_id, ending))
        return account_id

    return await engine.write(unit)
