"""Bank details: begun at a provider, given by the client, charged from then on."""

import pytest

from gateway.accounts.refusals import Refused
from gateway.billing.methods import Method, methods
from gateway.billing.payments.outcomes import SetupFailed, SetupOpen
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.setups import BankDetails
from gateway.engine.database import Engine
from plans.orders import PaymentMeans
from tests.billing.buyers import RULES, new_buyer


async def test_a_card_that_the_client_gave_is_the_one_that_is_charged(engine: Engine) -> None:
    """R8, special term 6."""
    bank = SandboxGateway(engine, b"secret")
    account_id, details = await new_buyer(engine), BankDetails(engine, RULES, {"sandbox": bank})
    step = await details.begin(account_id, "sandbox")
    assert await details.finish("sandbox", step.reference) == SetupOpen()
    await bank.enter_card(step.reference, "4242 4242 4242 4242")
    for _ in range(2):
        await details.finish("sandbox", step.reference)
    found = await engine.read(lambda connection: methods(connection, {account_id}))
    customer_ref = f"sandbox_customer_{account_id}"
    assert found == {account_id: Method("sandbox", customer_ref, "sandbox_card_42", "sandbox 42", PaymentMeans.CARD)}


async def test_a_card_that_is_refused_is_not_kept(engine: Engine) -> None:
    bank = SandboxGateway(engine, b"secret")
    account_id, details = await new_buyer(engine), BankDetails(engine, RULES, {"sandbox": bank})
    step = await details.begin(account_id, "sandbox")
    await bank.enter_card(step.reference, "4242 4242 4242 4297")
    assert await details.finish("sandbox", step.reference) == SetupFailed("card_declined")
    assert await engine.read(lambda connection: methods(connection, {account_id})) == {}


async def test_an_unknown_way_of_paying_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="Choose one of sandbox"):
        await BankDetails(engine, RULES, {"sandbox": SandboxGateway(engine, b"s")}).begin(1, "barter")
