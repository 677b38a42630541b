"""What people sent and STOP links are kept for their time and no longer, but nothing that somebody still waits for."""

from datetime import timedelta

from gateway.engine.database import Engine
from gateway.engine.seals import Seals
from gateway.sms.answers import ANSWERS
from gateway.sms.clicks import enter_links, follow
from gateway.sms.forgetting import Forgetting, Keeping
from gateway.sms.policy import Rules
from gateway.sms.stop_links import StopLinks
from gateway.sms.words import Reader
from tests.cast import DELIVERS, Member, alice, bob
from tests.clock import StoppedClock
from tests.sms.phones import heard, left_for, reached, say

YEAR = timedelta(days=365)
KEEPING = Keeping(YEAR, 3 * YEAR)
LINKS = StopLinks("https://sms.example", Seals([bytes(32)]))


async def test_what_people_sent_is_forgotten_after_a_year_unless_it_still_waits(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await reached(engine, rules, await alice(engine))
    await say(engine, "Bonjour")
    await heard(engine, rules)
    (told,) = await left_for(engine, Reader.MAIL)
    await engine.write(lambda connection: ANSWERS.finish(connection, [told.claim]))
    for text in ("Toujours là ?", "Ohé"):
        clock.advance(timedelta(days=1))
        await say(engine, text)
    await heard(engine, rules)
    clock.advance(YEAR)
    forgetting = Forgetting(engine, KEEPING)
    await forgetting.forget_old()
    assert [each.text for each in await heard(engine, rules)] == ["Toujours là ?", "Ohé"]
    answers = await left_for(engine, Reader.MAIL)
    assert [each.text for each in answers] == ["Toujours là ?", "Ohé"]
    await engine.write(lambda connection: ANSWERS.finish(connection, [each.claim for each in answers]))
    await forgetting.forget_old()
    assert [each.text for each in await heard(engine, rules)] == ["Ohé"]


async def sent(engine: Engine, *members: Member) -> None:
    pairs = {(member.account_id, DELIVERS) for member in members}
    await engine.write(lambda connection: enter_links(connection, engine.clock.now(), LINKS, pairs))


async def is_known(engine: Engine, member: Member) -> bool:
    token = LINKS.token(member.account_id, DELIVERS)
    return await engine.read(lambda connection: follow(connection, token)) is not None


async def test_a_stop_link_works_for_three_years_after_it_was_last_sent(engine: Engine, clock: StoppedClock) -> None:
    again, once = await alice(engine), await bob(engine)
    await sent(engine, again, once)
    clock.advance(timedelta(days=1))
    await sent(engine, again)
    clock.advance(3 * YEAR)
    await Forgetting(engine, KEEPING).forget_old()
    assert (await is_known(engine, again), await is_known(engine, once)) == (True, False)
