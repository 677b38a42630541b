"""A preview is what would happen, to the unit."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.accounts.words import Encoding
from gateway.engine.database import Engine
from gateway.sms.policy import Rules
from gateway.sms.preview import Preview, preview
from gateway.sms.reports import list_messages
from gateway.sms.request import SmsRequest
from gateway.sms.words import MessageState
from plans.lots import Draw
from plans.stop import StopMention
from plans.words import LotKind, MessageClass, Origin, Reason
from tests.cast import DELIVERS, alice, bob, grant_more, join, send, sms
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.sms.steps import say_stop, story


async def look(engine: Engine, rules: Rules, request: SmsRequest) -> Preview:
    return await engine.read(lambda connection: preview(connection, engine.clock.now(), rules, request))


async def test_it_shows_parts_price_replacements_and_the_stop_text(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=10)
    text = "Rentrée : “soldes” " + "a" * 150
    asked = sms(member, text=text, encoding=Encoding.SMART, message_class=MessageClass.MARKETING)
    shown = await look(engine, rules, asked)
    assert shown.composed is not None
    assert (shown.composed.stop, shown.composed.encoded.parts[-1][-14:]) == (StopMention.ANSWER, " STOP au 36000")
    assert {each.old for each in shown.composed.encoded.replacements} == {"“", "”"}
    assert (shown.answer.state, shown.answer.parts, shown.answer.units, shown.credit_left) == (
        MessageState.QUEUED,
        2,
        2,
        8,
    )


async def test_it_changes_nothing(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=10)
    await look(engine, rules, sms(member))
    assert await engine.read(lambda connection: list_messages(connection, limit=10)) == []
    assert (await look(engine, rules, sms(member))).credit_left == 9


async def test_it_names_the_lots_in_the_order_of_burning(engine: Engine, rules: Rules) -> None:
    member = await bob(engine, units=1)
    pack = await grant_more(engine, member, LotKind.PACK, 5)
    shown = await look(engine, rules, sms(member, text="a" * 161))
    assert (shown.draws[1:], shown.credit_left) == ((Draw(pack, 1),), 4)


async def test_what_cannot_be_paid_shows_its_price_all_the_same(engine: Engine, rules: Rules) -> None:
    shown = await look(engine, rules, sms(await bob(engine, units=1), text="a" * 161))
    assert shown.composed is not None
    assert (shown.answer.reason, shown.composed.units, shown.draws, shown.credit_left) == (Reason.NO_CREDIT, 2, (), 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    recipient=st.sampled_from([DELIVERS, "0612345678", "0123456789", "+32470123456", "0612345679", "nobody"]),
    text=st.one_of(st.text(max_size=200), st.sampled_from(["a" * 161, "ç" * 71, "😀" * 40, "a" * 1700, "\0"])),
    message_class=st.sampled_from(MessageClass),
    origin=st.sampled_from(Origin),
    encoding=st.sampled_from(Encoding),
    hours=st.integers(0, 200),
    units=st.integers(0, 4),
    test_units=st.integers(0, 2),
)
async def test_a_preview_is_what_submit_does(
    engine: Engine,
    rules: Rules,
    clock: StoppedClock,
    *,
    recipient: str,
    text: str,
    message_class: MessageClass,
    origin: Origin,
    encoding: Encoding,
    hours: int,
    units: int,
    test_units: int,
) -> None:
    """Whoever asks, whatever the text, at any hour, with any credit: same answer, text, lots and rest."""
    clock.set(MONDAY_MORNING + timedelta(hours=hours))
    name = f"a{engine.ids()}"
    member = await engine.write(lambda connection: join(connection, engine.stamp(), name, units))
    if test_units:
        await grant_more(engine, member, LotKind.TEST, test_units)
    await say_stop(engine, name, "0612345679")
    request = sms(member, recipient, text, message_class=message_class, origin=origin, encoding=encoding, max_parts=10)
    before = await look(engine, rules, request)
    (answer,) = await send(engine, rules, request)
    after = await look(engine, rules, request)
    told = (await story(engine, answer.message_id)).line
    assert without_id(before) == (answer.state, answer.reason, answer.parts, answer.units, answer.held_until)
    assert tuple(draw.lot_id for draw in before.draws) == told.lots
    assert sum(draw.units for draw in before.draws) == told.units
    if told.lots and before.composed:
        assert told.text == before.composed.encoded.text
    spent = sum(draw.units for draw in after.draws)
    assert after.credit_left + spent == before.credit_left


def without_id(shown: Preview) -> tuple[object, ...]:
    answer = shown.answer
    return answer.state, answer.reason, answer.parts, answer.units, answer.held_until
