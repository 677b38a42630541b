"""The numbers at which people answer: each is entered once, whoever's it is."""

import pytest

from gateway.accounts import audit_trail, inbound_numbers
from gateway.accounts.inbound_numbers import InboundNumber, spelling
from gateway.accounts.refusals import Refused
from gateway.accounts.words import NumberKind
from gateway.engine.database import Engine
from tests.cast import alice
from tests.clock import StoppedClock


async def add(engine: Engine, number: str, account: str | None = None) -> InboundNumber:
    stamp = engine.stamp()
    return await engine.write(
        lambda connection: inbound_numbers.add(connection, stamp, "tests", number=number, account=account)
    )


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        *(("+33 700 000 000", "+33700000000"), ("33700000000", "+33700000000"), ("0033700000000", "+33700000000")),
        *(("36111", "36111"), ("36 111", "36111"), ("Sandbox", "sandbox"), ("", "")),
    ],
)
def test_a_number_is_spelled_in_one_way(written: str, spelled: str) -> None:
    assert spelling(written) == spelled


async def test_a_number_is_ones_own_or_shared(engine: Engine, clock: StoppedClock) -> None:
    member = await alice(engine)
    own, shared = await add(engine, "+33700000000", "alice"), await add(engine, "36111")
    assert own == InboundNumber("+33700000000", NumberKind.LONG, "alice", clock.now())
    assert shared == InboundNumber("36111", NumberKind.SHORT_CODE, None, clock.now())
    assert await engine.read(lambda connection: list(inbound_numbers.listing(connection))) == [own, shared]
    asked = {"+33700000000", "36111", "36222"}
    found = await engine.read(lambda connection: inbound_numbers.owners(connection, asked))
    assert found == {"+33700000000": member.account_id}


async def test_a_number_is_entered_once(engine: Engine) -> None:
    await alice(engine)
    await add(engine, "36111")
    with pytest.raises(Refused, match="36111 is entered already"):
        await add(engine, "36111", "alice")


@pytest.mark.parametrize("number", ["12", "Clinic", "+0700000000", "+3312", ""])
async def test_what_is_no_number_is_refused(engine: Engine, number: str) -> None:
    with pytest.raises(Refused, match="is no number"):
        await add(engine, number)


async def test_a_number_can_be_taken_out_and_all_of_it_is_on_record(engine: Engine) -> None:
    member = await alice(engine)
    await add(engine, "36111", "alice")
    stamp = engine.stamp()
    await engine.write(lambda connection: inbound_numbers.remove(connection, stamp, "tests", number="36111"))
    with pytest.raises(Refused, match="is not entered"):
        await engine.write(lambda connection: inbound_numbers.remove(connection, stamp, "tests", number="36111"))
    trail = await engine.read(lambda connection: list(audit_trail.entries(connection, member.account_id)))
    assert [each.action for each in trail][:2] == ["number_removed", "number_added"]
