"""The commercial rules in force: the data files of ``config/``, read once and checked."""

from datetime import timedelta

from gateway.accounts.lists import sender_id_rules
from gateway.app.carriers import routes_of
from gateway.app.keyed import stop_links
from gateway.settings import DoubtSettings, Settings, read_config
from gateway.sms.conversations import Memory
from gateway.sms.doubt import DoubtTerms
from gateway.sms.forgetting import Keeping
from gateway.sms.keywords import read_keywords
from gateway.sms.policy import Rules
from gateway.sms.understanding import Hearing
from gateway.wording import read_wording
from plans.checked import RuleError
from plans.destinations import rates_from
from plans.stop import stop_rules_from
from plans.terms import credit_terms_from
from plans.windows import windows_from
from plans.words import MessageClass


def read_rules(settings: Settings) -> Rules:
    """Windows, STOP, credit terms and rates; ``plans.checked.RuleError`` names a key that is wrong."""
    windows, rates = read_config("windows.toml"), read_config("rates.toml")
    return Rules(
        windows=windows_from(windows),
        stop=stop_rules_from(windows),
        rates=rates_from(rates),
        credit=credit_terms_from(windows),
        routes=routes_of(settings),
        sender_ids=sender_id_rules(),
        links=stop_links(settings),
        doubt=_doubt(settings.in_doubt),
        sandbox=settings.sandbox.enabled,
    )


def hearing(settings: Settings, rules: Rules) -> Hearing:
    """By what people who send SMS are understood."""
    answers = settings.answers
    return Hearing(
        rules,
        read_keywords(),
        read_wording(),
        Memory(timedelta(days=answers.window_days), timedelta(hours=answers.ambiguous_hours)),
        timedelta(seconds=answers.part_patience_s),
    )


def keeping(settings: Settings) -> Keeping:
    """How long what people sent is kept."""
    answers = settings.answers
    return Keeping(timedelta(days=answers.keep_days), timedelta(days=answers.link_days))


def _doubt(settings: DoubtSettings) -> DoubtTerms:
    try:
        return DoubtTerms(frozenset(map(MessageClass, settings.resend)), timedelta(seconds=settings.grace_s))
    except ValueError:
        raise RuleError(f"in_doubt.resend takes {', '.join(MessageClass)}") from None
