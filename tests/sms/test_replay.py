"""The same request, however often it is handed in, is one message and one charge."""

from gateway.accounts import clients
from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from plans.words import Origin, Reason
from tests.cast import alice, bob, send, sms
from tests.sms.steps import credit, discrepancies, work_off


async def test_a_batch_handed_in_again_gets_its_first_answers(engine: Engine, rules: Rules) -> None:
    """Sent, refused for its number, refused for want of credit: all stand."""
    member = await alice(engine, units=1)
    batch = [sms(member), sms(member, "nobody"), sms(member)]
    first = await send(engine, rules, *batch)
    again = await send(engine, rules, *reversed(batch))
    assert again == [answer._replace(replayed=True) for answer in reversed(first)]
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (0, [])


async def test_a_key_twice_in_one_batch_is_one_message(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=10)
    first, second = await send(engine, rules, sms(member, dedup_key="k"), sms(member, dedup_key="k"))
    assert (first.replayed, second) == (False, first._replace(replayed=True))
    assert await credit(engine, member.account_id) == 9


async def test_the_answer_to_a_replay_is_what_the_message_is_now(
    engine: Engine, rules: Rules, dispatcher: Dispatcher
) -> None:
    """Also when the account could not send it any more."""
    member = await alice(engine)
    request = sms(member)
    await send(engine, rules, request)
    await work_off(dispatcher)
    await engine.write(lambda connection: clients.suspend(connection, engine.stamp(), "tests", account="alice"))
    (answer,) = await send(engine, rules, request)
    assert (answer.state, answer.reason, answer.replayed) == (MessageState.SUBMITTED, None, True)


async def test_the_key_of_another_account_or_origin_is_another_request(engine: Engine, rules: Rules) -> None:
    members = [await alice(engine), await bob(engine)]
    requests = [
        sms(member, dedup_key="same", origin=origin) for member in members for origin in (Origin.EMAIL, Origin.CALENDAR)
    ]
    answers = await send(engine, rules, *requests)
    assert [each.reason for each in answers] == [None, None, None, Reason.NO_CREDIT]
    assert (len({each.message_id for each in answers}), any(each.replayed for each in answers)) == (4, False)
