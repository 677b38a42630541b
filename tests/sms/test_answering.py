"""What people send is understood once, given to the client that it answers, and obeyed."""

from datetime import timedelta

from sqlalchemy import delete, insert

from gateway.accounts import inbound_numbers
from gateway.accounts.words import StopScope
from gateway.engine.database import Engine
from gateway.sms import optouts
from gateway.sms.answering import PAUSE
from gateway.sms.carriers.port import Piece
from gateway.sms.inbound_tables import inbound_sms
from gateway.sms.policy import Rules
from gateway.sms.words import Meaning, Reader
from plans.words import Origin, Reason
from tests.cast import DELIVERS, alice, bob, join, send, sms
from tests.clock import StoppedClock
from tests.sms.phones import heard, left_for, reached, reap, say, waiting

MINUTE = timedelta(minutes=1)


async def test_an_answer_goes_to_whoever_wrote_last(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    bobs = await reached(engine, rules, await bob(engine))
    clock.advance(timedelta(hours=30))
    alices = await reached(engine, rules, await alice(engine), origin_id=7)
    await say(engine, "J'arrive dans 10 minutes")
    (line,) = await heard(engine, rules)
    assert (line.account, line.text, line.answers, line.meaning) == (
        *("alice", "J'arrive dans 10 minutes", alices, Meaning.TEXT),
    )
    assert (line.sender, line.recipient, line.ambiguous, bobs < alices) == (DELIVERS, "36000", False, True)
    (answer,) = await left_for(engine, Reader.MAIL)
    assert (answer.origin, answer.origin_id, answer.text) == (Origin.EMAIL, 7, "J'arrive dans 10 minutes")
    assert await left_for(engine, Reader.CALENDAR) == []
    assert await waiting(engine) == []


async def test_where_two_clients_wrote_the_same_day_it_is_said_to_be_unsure(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await bob(engine))
    await reached(engine, rules, await alice(engine))
    await say(engine, "D'accord pour demain")
    assert [(each.account, each.ambiguous) for each in await heard(engine, rules)] == [("alice", True)]


async def test_what_never_left_is_not_answered(engine: Engine, rules: Rules) -> None:
    await send(engine, rules, sms(await alice(engine)))
    await say(engine, "Bonjour")
    (line,) = await heard(engine, rules)
    assert (line.account, line.answers) == (None, 0)
    assert await left_for(engine, Reader.MAIL) == []


async def test_a_client_with_a_number_of_its_own_gets_what_is_sent_there(engine: Engine, rules: Rules) -> None:
    await alice(engine)
    await reached(engine, rules, await bob(engine))
    stamp = engine.stamp()
    await engine.write(
        lambda connection: inbound_numbers.add(connection, stamp, "tests", number="0033700000000", account="alice")
    )
    await say(engine, "Bonjour", to="33700000000")
    (line,) = await heard(engine, rules)
    assert (line.account, line.recipient, line.answers) == ("alice", "+33700000000", 0)


async def test_what_no_mobile_sent_is_kept_for_the_operator(engine: Engine, rules: Rules) -> None:
    await say(engine, "Votre facture est disponible", phone="Orange")
    (line,) = await heard(engine, rules)
    assert (line.account, line.sender, line.meaning) == (None, "Orange", Meaning.TEXT)


async def test_a_stop_that_comes_late_is_obeyed_all_the_same(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    member = await alice(engine)
    await reached(engine, rules, member)
    clock.advance(timedelta(days=200))
    await say(engine, "Bonjour")
    await say(engine, "STOP")
    assert [(each.account, each.meaning) for each in await heard(engine, rules)] == [
        (None, Meaning.TEXT),
        ("alice", Meaning.STOP),
    ]
    assert (await send(engine, rules, sms(member)))[0].reason is Reason.OPTED_OUT


async def test_stop_is_obeyed_told_and_undone_by_start(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await reached(engine, rules, member)
    await say(engine, "Stop svp")
    await heard(engine, rules)
    assert (await send(engine, rules, sms(member)))[0].reason is Reason.OPTED_OUT
    listed = await engine.read(lambda connection: optouts.listing(connection, account="alice"))
    assert [(each.recipient, each.source, each.voice) for each in listed] == [(DELIVERS, "sms", "")]
    told = [each.meaning for reader in Reader for each in await left_for(engine, reader)]
    await say(engine, "START")
    await heard(engine, rules)
    assert (await send(engine, rules, sms(member)))[0].reason is None
    told += [each.meaning for reader in Reader for each in await left_for(engine, reader)]
    assert told == [Meaning.STOP, Meaning.STOP, Meaning.START, Meaning.START]


async def test_a_stop_noted_by_hand_is_not_undone_by_start(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await reached(engine, rules, member)
    stamp = engine.stamp()
    await engine.write(
        lambda connection: optouts.add(connection, stamp, "tests", account="alice", number=DELIVERS, sandbox=True)
    )
    await say(engine, "START")
    (line,) = await heard(engine, rules)
    assert line.meaning is Meaning.TEXT
    assert (await send(engine, rules, sms(member)))[0].reason is Reason.OPTED_OUT


async def test_by_the_clients_choice_a_stop_silences_one_sender_alone(engine: Engine, rules: Rules) -> None:
    member = await engine.write(
        lambda connection: join(connection, engine.stamp(), "alice", 100, stop_scope=StopScope.SENDER)
    )
    await reached(engine, rules, member)
    await say(engine, "STOP")
    await heard(engine, rules)
    reminder = sms(member, origin=Origin.CALENDAR, sender_id=0)
    answers = await send(engine, rules, sms(member), reminder)
    assert [each.reason for each in answers] == [Reason.OPTED_OUT, None]
    assert await left_for(engine, Reader.CALENDAR) == []


async def test_a_word_to_a_reminder_is_for_the_calendar(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await alice(engine), origin=Origin.CALENDAR, origin_id=31, sender_id=0)
    await say(engine, "Oui merci")
    await say(engine, "Oui mais à 15h")
    assert [each.meaning for each in await heard(engine, rules)] == [Meaning.CONFIRM, Meaning.TEXT]
    seen = [(each.origin_id, each.meaning) for each in await left_for(engine, Reader.CALENDAR)]
    assert seen == [(31, Meaning.CONFIRM), (31, Meaning.TEXT)]
    assert [each.text for each in await left_for(engine, Reader.MAIL)] == ["Oui mais à 15h"]


async def test_parts_wait_for_one_another_and_come_as_one(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await alice(engine))
    await say(engine, "deux", piece=Piece(9, 2, 2))
    assert (await heard(engine, rules), len(await waiting(engine))) == ([], 1)
    await say(engine, "Un et ", piece=Piece(9, 2, 1))
    await say(engine, "Un et ", piece=Piece(9, 2, 1))
    (line,) = await heard(engine, rules)
    assert (line.text, line.missing_parts) == ("Un et deux", 0)
    assert await waiting(engine) == []


async def test_of_25_parts_a_lost_one_is_named_after_half_an_hour(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await reached(engine, rules, await alice(engine))
    for number in range(1, 26):
        if number != 17:
            await say(engine, f"<{number}>", piece=Piece(300, 25, number))
    clock.advance(29 * MINUTE)
    await reap(engine)
    assert await heard(engine, rules) == []
    clock.advance(MINUTE)
    await reap(engine)
    (line,) = await heard(engine, rules)
    assert line.missing_parts == 1
    assert "<16>[partie 17 manquante]<18>" in line.text
    assert await waiting(engine) == []


async def test_a_reference_that_is_used_again_does_not_mix_two_texts(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await reached(engine, rules, await alice(engine))
    for text, number in (("un ", 1), ("trois ", 1), ("deux", 2)):
        await say(engine, text, piece=Piece(9, 2, number))
    assert [each.text for each in await heard(engine, rules)] == ["un deux"]
    await say(engine, "quatre", piece=Piece(9, 2, 2))
    clock.advance(31 * MINUTE)
    await reap(engine)
    assert [each.text for each in await heard(engine, rules)] == ["un deux", "trois quatre"]


async def test_stop_with_a_part_missing_is_no_stop(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    await reached(engine, rules, await alice(engine))
    await say(engine, "STOP", piece=Piece(1, 2, 1))
    await heard(engine, rules)
    clock.advance(31 * MINUTE)
    await reap(engine)
    assert [each.meaning for each in await heard(engine, rules)] == [Meaning.TEXT]


async def test_what_is_delivered_again_after_it_was_understood_is_not_told_again(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await alice(engine))
    for _ in range(2):
        await say(engine, "Bonjour", key="the same")
        assert len(await heard(engine, rules)) == 1


async def test_names_are_forgotten_when_no_carrier_uses_them_again(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await say(engine, "Bonjour", key="the same")
    clock.advance(timedelta(days=8))
    await say(engine, "Bonsoir", key="another")
    await heard(engine, rules)
    await say(engine, "Bonjour", key="the same")
    assert len(await heard(engine, rules)) == 3


async def test_many_parts_of_one_phone_hide_no_message_of_another(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await alice(engine), recipient="+33639981235")
    for group in range(130):
        await say(engine, "x", piece=Piece(group, 2, 1))
    await say(engine, "Bonjour", phone="+33639981235")
    assert [each.text for each in await heard(engine, rules)] == ["Bonjour"]


async def test_what_breaks_is_tried_again_later_and_stops_no_other(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """The first cannot be written down, for another row has its place."""
    await say(engine, "Bonjour")
    await say(engine, "Bonsoir")
    first = (await waiting(engine))[0].inbound_id
    there = dict.fromkeys(("account_id", "missing_parts", "message_id"), 0)
    texts = dict.fromkeys(("carrier", "sender", "recipient", "body"), "")
    row = {**there, **texts, "inbound_id": first, "meaning": Meaning.TEXT, "ambiguous": False}
    taken = insert(inbound_sms).values(**row, sent_at=clock.now(), received_at=clock.now())
    await engine.write(lambda connection: connection.execute(taken))
    assert {each.text for each in await heard(engine, rules)} == {"", "Bonsoir"}
    assert [each.parked_until for each in await waiting(engine)] == [clock.now() + PAUSE]
    await engine.write(lambda connection: connection.execute(delete(inbound_sms).where(inbound_sms.c.body == "")))
    clock.advance(PAUSE)
    await reap(engine)
    assert {each.text for each in await heard(engine, rules)} == {"Bonjour", "Bonsoir"}
