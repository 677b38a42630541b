"""Packs come in whole, end after a year on the client's clock, and test units are given once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing import packs
from gateway.billing.audit import audit
from gateway.engine.database import Engine
from plans.words import LotKind
from tests.cast import alice, alices_branch, shipped_rules


async def add(engine: Engine, **arguments: Any) -> packs.Pack:
    """Give a pack."""
    terms = shipped_rules().credit
    return await engine.write(lambda connection: packs.add(connection, engine.stamp(), "tests", terms, **arguments))


async def held(engine: Engine, account: str) -> list[packs.Pack]:
    """The packs that an account draws on."""
    return await engine.read(lambda connection: list(packs.listing(connection, account=account)))


async def test_a_pack_is_usable_to_the_end_of_the_same_day_next_year(engine: Engine) -> None:
    """R22, special term 2, and A11: to midnight in the zone of the client."""
    await alice(engine, units=0)
    pack = await add(engine, account="alice", units=500)
    assert (pack.kind, pack.units_granted, pack.units_left) == (LotKind.PACK, 500, 500)
    assert pack.expires_at == datetime(2027, 11, 23, 23, 0, tzinfo=UTC)
    assert await held(engine, "alice") == [pack]


async def test_packs_are_listed_by_their_end(engine: Engine) -> None:
    await alice(engine, units=0)
    labels = ["first", "second"]
    for label in labels:
        await add(engine, account="alice", units=5, label=label)
    assert [pack.label for pack in await held(engine, "alice")] == labels


async def test_test_units_are_given_once(engine: Engine) -> None:
    """R33, special term 5: free test credits, to try mail-to-SMS before a pack is bought."""
    await alice(engine, units=0)
    assert (await add(engine, account="alice", units=30, test=True)).kind is LotKind.TEST
    with pytest.raises(Refused, match="has had its test units"):
        await add(engine, account="alice", units=30, test=True)
    assert (await add(engine, account="alice", units=30)).kind is LotKind.PACK


async def test_a_sub_account_draws_on_its_parents_packs(engine: Engine) -> None:
    """R31, article 2: it reaches what its parent has paid, and has nothing of its own."""
    await alice(engine, units=7)
    await alices_branch(engine)
    assert [pack.units_left for pack in await held(engine, "branch")] == [7]
    with pytest.raises(Refused, match="is a sub-account"):
        await add(engine, account="branch", units=5)


@pytest.mark.parametrize("wrong", [{"units": 0}, {"units": -1}, {"units": 10**10}, {"units": 1, "label": "l" * 81}])
async def test_an_impossible_pack_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    await alice(engine, units=0)
    with pytest.raises(Refused):
        await add(engine, account="alice", **wrong)
    assert await held(engine, "alice") == []


async def test_a_pack_is_on_record_and_in_the_books(engine: Engine) -> None:
    await alice(engine, units=0)
    await add(engine, account="alice", units=500, label="spring")
    newest, *_ = await engine.read(lambda connection: list(clients.history(connection, account="alice")))
    assert (newest.action, newest.detail) == (
        Action.CREDIT_GRANTED,
        {"kind": "pack", "units": 500, "label": "spring"},
    )
    assert await engine.read(lambda connection: list(audit(connection))) == []
