"""Lists of messages, and all about one."""

from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.reports import MOST, MessageLine, list_messages, show_message
from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass, Origin, Reason
from tests.cast import DELIVERS, alice, bob, send, sms
from tests.sms.steps import story, work_off


async def listed(engine: Engine, limit: int = 10, **wanted: object) -> list[MessageLine]:
    return await engine.read(lambda connection: list_messages(connection, limit=limit, **wanted))  # type: ignore[arg-type]  # each test names its own


async def test_the_newest_come_first_page_by_page(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    ids = [each.message_id for each in await send(engine, rules, *(sms(member) for _ in range(5)))]
    first = await listed(engine, limit=3)
    rest = await listed(engine, limit=3, before_id=first[-1].id)
    assert [each.id for each in first + rest] == ids[::-1]


async def test_a_line_tells_what_was_asked_and_what_became_of_it(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member, text="ç"))
    (line,) = await listed(engine)
    assert line == MessageLine(
        id=answer.message_id,
        account="alice",
        origin=Origin.EMAIL,
        to=DELIVERS,
        text="ç",
        encoding=Alphabet.UCS2,
        parts=1,
        units=1,
        message_class=MessageClass.ALERT,
        state=MessageState.QUEUED,
        reason=None,
        held_until=None,
        created_at=engine.clock.now(),
        finished_at=None,
        lots=line.lots,
        sender="staff@alice.example",
    )
    assert len(line.lots) == 1


async def test_a_list_can_be_of_one_account_one_state_or_one_mail(engine: Engine, rules: Rules) -> None:
    members = [await alice(engine), await bob(engine)]
    requests = [sms(members[0]), sms(members[0], "nobody"), sms(members[1], origin_id=7)]
    ids = [each.message_id for each in await send(engine, rules, *requests)]
    assert [each.id for each in await listed(engine, account_id=members[0].account_id)] == [ids[1], ids[0]]
    assert [each.id for each in await listed(engine, state=MessageState.REJECTED)] == [ids[1]]
    assert [each.id for each in await listed(engine, origin_id=7)] == [ids[2]]


async def test_no_list_is_longer_than_its_bound(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=MOST + 1)
    await send(engine, rules, *(sms(member) for _ in range(MOST + 1)))
    assert [len(await listed(engine, limit=limit)) for limit in (10**9, 0, -1)] == [MOST, 0, 0]


async def test_the_story_of_a_message_holds_its_money_and_its_work(
    engine: Engine, rules: Rules, dispatcher: Dispatcher
) -> None:
    (answer,) = await send(engine, rules, sms(await alice(engine), display="ALICE"))
    queued = await story(engine, answer.message_id)
    assert (queued.destination, queued.display, queued.carrier, queued.submitted_at) == (
        "FR",
        "ALICE",
        "scripted",
        None,
    )
    assert [(each.kind, each.lot, each.units) for each in queued.ledger] == [("charge", "pack of alice", -1)]
    assert queued.waiting is not None
    assert (queued.waiting.attempts, queued.waiting.parked_until) == (0, None)
    await work_off(dispatcher)
    submitted = await story(engine, answer.message_id)
    assert (submitted.waiting, submitted.submitted_at) == (None, engine.clock.now())


async def test_there_is_no_story_of_what_does_not_exist(engine: Engine) -> None:
    assert await engine.read(lambda connection: show_message(connection, 7)) is None


async def test_a_sender_that_was_removed_leaves_its_messages_in_the_list(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await send(engine, rules, sms(member), sms(member, "nobody", sender_id=0))
    assert [(each.sender, each.reason) for each in await listed(engine)] == [
        (None, Reason.NUMBER_INVALID),
        ("staff@alice.example", None),
    ]
