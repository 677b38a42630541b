"""Whoever wrote a message can learn which of its characters were replaced."""

from gateway.accounts.words import Encoding
from gateway.engine.database import Engine
from gateway.sms.policy import Rules
from gateway.sms.replaced import in_words
from gateway.sms.transliteration import Replacement
from tests.cast import alice, send, sms
from tests.sms.steps import story


def test_what_is_seen_is_told_and_not_more_than_fits() -> None:
    told = in_words([Replacement("\u202f", " ", 2), Replacement("«", '"', 1), Replacement("œ", "oe", 3)])
    assert told == '« → ", œ → oe'
    assert len(in_words([Replacement(chr(0x4E00 + each), "x", 1) for each in range(100)])) == 200


async def test_a_message_tells_what_was_replaced_in_it(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    answers = await send(
        engine,
        rules,
        sms(member, text="Ça va «\u202fbien\u202f»", encoding=Encoding.GSM),
        sms(member, text="Ça va «\u202fbien\u202f»", encoding=Encoding.AUTO),
        sms(member, "nobody", text="«", encoding=Encoding.SMART),
    )
    told = [(await story(engine, each.message_id)).replaced for each in answers]
    assert told == ['« → ", » → "', None, None]
