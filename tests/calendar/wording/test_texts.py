"""The laws of the reminders files: complete, and wrong ones are named."""

import pytest

from gateway.accounts.refusals import Refused
from gateway.calendar.wording import Kind, needs, read_texts
from gateway.calendar.wording.texts import texts_from
from gateway.settings import config_file
from gateway.wording import Language
from plans.checked import RuleError

ENGLISH = config_file("reminders.en.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_the_default_texts_need_nothing_of_an_event(kind: Kind, language: Language) -> None:
    assert needs(read_texts(language).templates[kind]) == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("reminder = ", "remember = ", "template.remember"),
        ('all_day = "during', 'whole_day = "during', "date.all_day"),
        ("[sample]", "[example]", "example"),
        ("words = [", "words = [1,", "sensitive.words"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_key(old: str, new: str, named: str) -> None:
    with pytest.raises(RuleError, match=named):
        texts_from(ENGLISH.replace(old, new, 1))


def test_a_default_text_is_checked_like_any_other() -> None:
    with pytest.raises(Refused, match="nickname"):
        texts_from(ENGLISH.replace('"{name}', '"{nickname}', 1))
