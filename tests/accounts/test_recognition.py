"""Whoever proves to be a registered sender is recognised; everybody else gets the reason why not."""

import pytest
from sqlalchemy import Connection, event

from gateway.accounts import clients
from gateway.accounts.recognition import Question, RecognisedSender, recognise
from gateway.engine.database import Engine
from plans.words import Reason
from tests.accounts.steps import add_client, add_sender, change

STRANGER = "203.0.113.9"
OFFICE = "192.0.2.7"


async def ask(engine: Engine, *questions: Question) -> list[tuple[str, str] | Reason]:
    """The answers, those that recognise somebody as (account slug, value registered)."""
    answers = await engine.read(lambda connection: recognise(connection, questions))
    return [(each.client.slug, each.sender.value) if isinstance(each, RecognisedSender) else each for each in answers]


async def ask_one(engine: Engine, *question: object, **more: object) -> tuple[str, str] | Reason:
    """The answer to one question, given by its fields."""
    (answer,) = await ask(engine, Question(*question, **more))  # type: ignore[arg-type]  # each test names its own
    return answer


async def test_auth_proves_a_sender_of_the_same_account(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", "it@clinic.example")
    assert await ask_one(engine, client.account_id, STRANGER, "IT@clinic.example") == ("clinic", "it@clinic.example")


async def test_an_address_goes_before_its_domain(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    for value in ("clinic.example", "it@clinic.example"):
        await add_sender(engine, "clinic", value)
    found = await ask(
        engine,
        Question(client.account_id, STRANGER, "it@clinic.example"),
        Question(client.account_id, STRANGER, "desk@clinic.example"),
    )
    assert found == [("clinic", "it@clinic.example"), ("clinic", "clinic.example")]


async def test_a_domain_does_not_stand_for_its_subdomains(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", "clinic.example")
    answer = await ask_one(engine, client.account_id, STRANGER, "it@guest.clinic.example")
    assert answer is Reason.SENDER_NOT_ALLOWED


async def test_auth_is_no_proof_for_another_account(engine: Engine) -> None:
    clinic = await add_client(engine, name="Clinic")
    await add_client(engine, name="Bank")
    await add_sender(engine, "bank", "it@bank.example")
    answer = await ask_one(engine, clinic.account_id, STRANGER, "it@bank.example")
    assert answer is Reason.SENDER_NOT_ALLOWED


async def test_a_registered_host_proves_the_senders_of_its_account(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    for value in ("clinic.example", "192.0.2.0/24"):
        await add_sender(engine, "clinic", value)
    assert await ask_one(engine, None, OFFICE, "it@clinic.example") == ("clinic", "clinic.example")
    assert await ask_one(engine, None, f"::ffff:{OFFICE}", "it@clinic.example") == ("clinic", "clinic.example")


async def test_a_host_of_another_account_proves_nothing(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
    await add_sender(engine, "clinic", "clinic.example")
    await add_sender(engine, "bank", OFFICE)
    assert await ask_one(engine, None, OFFICE, "it@clinic.example") is Reason.SENDER_UNPROVEN


@pytest.mark.parametrize("peer", [STRANGER, "", "::1", "no address"])
async def test_a_registered_address_without_a_proof_is_refused(engine: Engine, peer: str) -> None:
    await add_client(engine, name="Clinic")
    for value in ("it@clinic.example", "192.0.2.0/24"):
        await add_sender(engine, "clinic", value)
    assert await ask_one(engine, None, peer, "it@clinic.example") is Reason.SENDER_UNPROVEN


@pytest.mark.parametrize("mail_from", ["nobody@clinic.example", "", "no address", "@clinic.example", "x" * 5000])
async def test_who_is_not_registered_is_unknown(engine: Engine, mail_from: str) -> None:
    await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", "it@clinic.example")
    assert await ask_one(engine, None, OFFICE, mail_from) is Reason.SENDER_UNKNOWN


async def test_a_host_is_no_sender_by_itself(engine: Engine) -> None:
    """The address must be registered too: a printer's network is not a licence for any From."""
    await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", OFFICE)
    assert await ask_one(engine, None, OFFICE, "it@clinic.example") is Reason.SENDER_UNKNOWN


async def test_a_trusted_front_has_proven_the_sender(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", "it@clinic.example")
    answer = await ask_one(engine, None, "", "it@clinic.example", vouched=True)
    assert answer == ("clinic", "it@clinic.example")


async def test_accounts_that_share_a_sender_are_told_apart_by_name(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
        await add_sender(engine, name, "it@group.example")
        await add_sender(engine, name, OFFICE)
    by_slug = [Question(None, OFFICE, "it@group.example", slug) for slug in ("bank", "clinic", None, "mill")]
    assert await ask(engine, *by_slug) == [
        ("bank", "it@group.example"),
        ("clinic", "it@group.example"),
        Reason.SENDER_UNKNOWN,
        Reason.SENDER_UNKNOWN,
    ]


async def test_accounts_that_share_a_sender_are_told_apart_by_whose_conversation_it_is(engine: Engine) -> None:
    ids = {}
    for name in ("Bank", "Clinic"):
        ids[name] = (await add_client(engine, name=name)).account_id
        await add_sender(engine, name.lower(), "it@group.example")
        await add_sender(engine, name.lower(), OFFICE)
    wanted = [Question(None, OFFICE, "it@group.example", wanted_id=each) for each in (ids["Bank"], ids["Clinic"], 1)]
    assert await ask(engine, *wanted) == [
        *(("bank", "it@group.example"), ("clinic", "it@group.example"), Reason.SENDER_UNKNOWN),
    ]


async def test_a_name_never_leads_out_of_the_proven_account(engine: Engine) -> None:
    clinic = await add_client(engine, name="Clinic")
    await add_client(engine, name="Bank")
    for name in ("clinic", "bank"):
        await add_sender(engine, name, "it@group.example")
    named = [Question(clinic.account_id, OFFICE, "it@group.example", slug) for slug in ("clinic", "bank")]
    assert await ask(engine, *named) == [("clinic", "it@group.example"), Reason.SENDER_NOT_ALLOWED]


@pytest.mark.parametrize(
    ("ending", "reason"),
    [(clients.suspend, Reason.ACCOUNT_SUSPENDED), (clients.close, Reason.ACCOUNT_CLOSED)],
)
@pytest.mark.parametrize("stopped", ["clinic", "group"])
async def test_an_account_stops_with_its_parent(engine: Engine, ending: object, reason: Reason, stopped: str) -> None:
    await add_client(engine, name="Group")
    clinic = await add_client(engine, name="Clinic", parent="group")
    await add_sender(engine, "clinic", "it@clinic.example")
    await change(engine, ending, account=stopped)  # type: ignore[arg-type]  # each test names its own
    assert await ask_one(engine, clinic.account_id, STRANGER, "it@clinic.example") is reason


async def test_the_settings_of_account_and_sender_come_along(engine: Engine) -> None:
    group = await add_client(engine, name="Group")
    clinic = await add_client(engine, name="Clinic", parent="group", country="RE", time_zone="Indian/Reunion")
    added = await add_sender(engine, "clinic", "it@clinic.example", daily_cap=7)
    question = Question(clinic.account_id, STRANGER, "it@clinic.example")
    (found,) = await engine.read(lambda connection: recognise(connection, [question]))
    assert found == RecognisedSender(clinic, added)
    assert clinic.payer_id == group.account_id


async def test_many_questions_are_answered_in_order_with_two_queries(engine: Engine) -> None:
    expected: list[tuple[str, str]] = []
    questions: list[Question] = []
    for number in range(40):
        slug = f"client-{number}"
        client = await add_client(engine, name=slug)
        await add_sender(engine, slug, f"{slug}.example")
        await add_sender(engine, slug, OFFICE)
        proof = client.account_id if number % 2 else None
        questions += [Question(proof, OFFICE, f"{who}@{slug}.example") for who in ("a", "b")]
        expected += [(slug, f"{slug}.example")] * 2
    assert await ask(engine, *questions) == expected
    assert await engine.read(lambda connection: _queries(connection, questions)) == 2


async def test_no_question_costs_no_query(engine: Engine) -> None:
    assert await engine.read(lambda connection: _queries(connection, [])) == 0


def _queries(connection: Connection, questions: list[Question]) -> int:
    """How many statements it takes to answer."""
    statements: list[str] = []

    @event.listens_for(connection, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    recognise(connection, questions)
    return len(statements)
