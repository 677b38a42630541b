"""The commands about answers: a phone of the sandbox answers, and what became of it is shown with all it concerns."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.accounts.refusals import Refused
from gateway.app import answers
from gateway.app.rules import hearing, keeping, read_rules
from gateway.engine.database import Engine
from gateway.settings import AnswerSettings, Settings, WebSettings
from gateway.sms.forgetting import Keeping
from gateway.sms.stop_links import PATH
from tests.cast import DELIVERS, alice, bob, shipped_rules
from tests.sms.phones import heard, reached


async def reply(engine: Engine, text: str, *, sandbox: bool = True) -> None:
    stamp, rules = engine.stamp(), replace(shipped_rules(), sandbox=sandbox)
    await engine.write(lambda connection: answers.sandbox_reply(connection, stamp, rules, number=DELIVERS, text=text))


async def test_an_answer_is_shown_with_all_the_clients_that_it_concerns(engine: Engine) -> None:
    rules = shipped_rules()
    for member in (await bob(engine), await alice(engine)):
        await reached(engine, rules, member)
    await reply(engine, "STOP")
    await heard(engine, rules)
    listed = await engine.read(lambda connection: list(answers.listing(connection)))
    assert [(each["account"], each["from"], each["meaning"]) for each in listed] == [
        ("bob", DELIVERS, "stop"),
        ("alice", DELIVERS, "stop"),
    ]
    of_alice = await engine.read(lambda connection: list(answers.listing(connection, account="alice")))
    assert [each["account"] for each in of_alice] == ["alice"]
    shown = await engine.read(lambda connection: answers.show(connection, inbound=str(listed[0]["id"])))
    assert shown["concerns"] == ["bob", "alice"]


async def test_without_the_sandbox_none_of_its_phones_answers(engine: Engine) -> None:
    with pytest.raises(Refused, match="switched off"):
        await reply(engine, "Bonjour", sandbox=False)


def test_the_settings_say_how_long_conversations_last() -> None:
    settings = Settings(answers=AnswerSettings(window_days=7, ambiguous_hours=2, part_patience_s=60.0))
    by = hearing(settings, shipped_rules())
    assert (by.memory.window, by.memory.ambiguity) == (timedelta(days=7), timedelta(hours=2))
    assert by.patience == timedelta(minutes=1)
    assert keeping(settings) == Keeping(timedelta(days=365), timedelta(days=1095))


def test_stop_links_are_made_where_others_can_open_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert read_rules(settings).links is None
    links = read_rules(replace(settings, web=WebSettings(public_url="https://sms.example/"))).links
    assert links is not None
    assert links.url(1, DELIVERS).startswith(f"https://sms.example{PATH}")
