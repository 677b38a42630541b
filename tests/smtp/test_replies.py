"""The table of replies."""

import pytest

from gateway.smtp import replies
from gateway.wording import Language
from plans.words import Reason


def test_every_reason_has_a_row() -> None:
    assert set(replies.CODES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_basic_and_enhanced_code_are_of_one_class_and_refuse(reason: Reason) -> None:
    """A client that is told 550 4.7.1 does not know whether to try again."""
    basic, enhanced = replies.CODES[reason]
    assert str(basic)[0] == enhanced[0]
    assert str(basic)[0] in "45"


def test_codes_of_two_classes_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="two classes"):
        replies.reply(550, "4.7.1", "no")


@pytest.mark.parametrize("text", ["two\r\nlines", "caf\xe9", "tab\t", "nul\0"])
def test_a_reply_is_one_line_of_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="one line of ASCII"):
        replies.reply(250, "2.0.0", text)


def test_a_reply_is_no_longer_than_a_line_may_be() -> None:
    """RFC 5321, 4.5.3.1.5."""
    line = replies.reply(250, "2.0.0", "x" * 1000)
    assert len(line) == 512
    assert line.endswith(b"\r\n")


def test_a_refusal_tells_codes_and_words() -> None:
    refusals = replies.Refusals(lambda reason, language: f"words for {reason} in {language}.")
    assert refusals(Reason.NO_CREDIT) == b"552 5.2.2 words for no_credit in en.\r\n"
    assert refusals(Reason.NO_CREDIT, Language.FR) == b"552 5.2.2 words for no_credit in fr.\r\n"
    assert refusals(Reason.NUMBER_INVALID, hint="a hint") == b"550 5.1.3 a hint\r\n"


@pytest.mark.parametrize("name", [name for name in vars(replies) if name.isupper() and name not in {"CODES", "OK"}])
def test_every_fixed_reply_has_an_enhanced_code(name: str) -> None:
    """RFC 2034: all or none; a 354 has no class that an enhanced code could have."""
    line = getattr(replies, name)
    if isinstance(line, bytes) and name != "SEND_DATA":
        basic, enhanced, _ = line.split(b" ", 2)
        assert basic[:1] == enhanced[:1]
        assert enhanced.count(b".") == 2


def test_the_answer_to_ehlo_marks_its_last_line() -> None:
    assert replies.extensions("sms.test", ("A", "B")) == b"250-sms.test\r\n250-A\r\n250 B\r\n"
    assert replies.extensions("sms.test", ()) == b"250 sms.test\r\n"
