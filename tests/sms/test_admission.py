"""What is said of a recipient before there is a text."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from gateway.accounts import authorisations
from gateway.accounts.recognition import RecognisedSender
from gateway.engine.database import Engine
from gateway.sms.admission import Question, admit
from gateway.sms.numbers import Line, Number
from gateway.sms.policy import Rules
from plans.words import MessageClass, Reason
from tests.cast import DELIVERS, Member, alice, alices_branch, bob, join, send, sms
from tests.databases import ON_SQLITE
from tests.sms.steps import say_stop


def asker(member: Member, daily_cap: int | None = None) -> RecognisedSender:
    return RecognisedSender(member.client, replace(member.sender, daily_cap=daily_cap))


async def ask(engine: Engine, rules: Rules, *questions: Question) -> Sequence[Number | Reason]:
    return await engine.read(lambda connection: admit(connection, engine.clock.now(), rules, questions))


async def test_each_recipient_has_its_own_answer(engine: Engine, rules: Rules) -> None:
    who = asker(await alice(engine))
    await say_stop(engine, number="+33612345679")
    written = ("06 12 34 56 78", "0123456789", "nobody", "+32470123456", "0612345679", DELIVERS)
    assert await ask(engine, rules, *(Question(who, recipient) for recipient in written)) == [
        Number("+33612345678", "FR", Line.MOBILE),
        Reason.NUMBER_LANDLINE,
        Reason.NUMBER_INVALID,
        Reason.FOREIGN_BLOCKED,
        Reason.OPTED_OUT,
        Number(DELIVERS, "FR", Line.SANDBOX),
    ]


async def test_credit_must_cover_what_was_promised_and_the_least_that_this_costs(engine: Engine, rules: Rules) -> None:
    who = asker(await alice(engine, units=3))
    answers = await ask(engine, rules, *(Question(who, DELIVERS, promised=promised) for promised in range(5)))
    assert [isinstance(each, Number) for each in answers] == [True, True, True, False, False]
    assert answers[3:] == [Reason.NO_CREDIT] * 2


async def test_a_destination_that_costs_more_needs_more(engine: Engine, rules: Rules) -> None:
    who = asker(await alice(engine, units=4))
    await engine.write(
        lambda connection: authorisations.open_country(
            connection, engine.stamp(), "tests", account="alice", country="BE", units_per_part=5
        )
    )
    assert await ask(engine, rules, Question(who, "+32470123456")) == [Reason.NO_CREDIT]


async def test_a_sub_account_is_asked_for_the_credit_of_its_parent(engine: Engine, rules: Rules) -> None:
    await alice(engine, units=1)
    who = asker(await alices_branch(engine))
    answers = await ask(engine, rules, Question(who, DELIVERS), Question(who, DELIVERS, promised=1))
    assert [isinstance(each, Number) for each in answers] == [True, False]


async def test_test_credits_count_for_mail(engine: Engine, rules: Rules) -> None:
    (answer,) = await ask(engine, rules, Question(asker(await bob(engine, units=1)), DELIVERS))
    assert isinstance(answer, Number)


async def test_the_daily_cap_counts_what_was_sent_and_what_is_promised(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await send(engine, rules, sms(member), sms(member))
    who = asker(member, daily_cap=4)
    answers = await ask(engine, rules, *(Question(who, DELIVERS, promised=promised) for promised in range(3)))
    assert [isinstance(each, Number) for each in answers] == [True, True, False]
    assert answers[2] is Reason.DAILY_CAP


@ON_SQLITE
@pytest.mark.parametrize(("abroad", "reads"), [([], 3), (["+32470123456"], 4)], ids=["at home", "one abroad"])
async def test_a_few_statements_answer_any_number_of_questions(
    engine: Engine, rules: Rules, abroad: list[str], reads: int
) -> None:
    """Which destinations are open is only read where somebody writes abroad."""
    members = [await alice(engine), await bob(engine)]
    questions = [
        Question(asker(each, daily_cap=9), number)
        for each in members
        for number in [*(f"06399812{ending:02}" for ending in range(100)), *abroad]
    ]
    statements: list[str] = []

    def unit(connection: Connection) -> Sequence[Number | Reason]:
        event.listen(connection, "before_cursor_execute", lambda *said: statements.append(said[2]))
        return admit(connection, engine.clock.now(), rules, questions)

    answers = await engine.read(unit)
    assert [isinstance(each, Number) for each in answers] == [*([True] * 100), *([False] * len(abroad))] * 2
    assert len(statements) == reads


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    recipient=st.sampled_from([DELIVERS, "0612345678", "0123456789", "+32470123456", "+33612345679", "x"]),
    message_class=st.sampled_from(MessageClass),
    units=st.integers(0, 2),
)
async def test_what_is_refused_here_would_have_been_refused_at_the_door(
    engine: Engine, rules: Rules, *, recipient: str, message_class: MessageClass, units: int
) -> None:
    """And for the same reason; what is admitted is sent when its text fits the credit."""
    name = f"a{engine.ids()}"
    member = await engine.write(lambda connection: join(connection, engine.stamp(), name, units))
    await say_stop(engine, name, "+33612345679")
    (admitted,) = await ask(engine, rules, Question(asker(member), recipient, message_class))
    (answer,) = await send(engine, rules, sms(member, recipient, "a", message_class=message_class))
    assert (admitted if isinstance(admitted, Reason) else None) == answer.reason
