"""The terms on how a message says to stop (special term 4)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.accounts.words import AccountState, Encoding, ForeignPolicy
from gateway.engine.seals import Seals
from gateway.sms.numbers import Line, Number
from gateway.sms.policy import Composed, Request, Rules, Standing, compose, terms_of
from gateway.sms.stop_links import StopLinks
from gateway.sms.territories import zone_of
from plans.stop import StopMention, stop_mention
from plans.words import MessageClass

PARIS = zone_of("FR")
assert PARIS is not None
FRENCH = Standing(AccountState.ACTIVE, "FR", None, PARIS, ForeignPolicy.BLOCK, {}, stop_in_alerts=False)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MOBILE = Number("+33612345678", "FR", Line.MOBILE)


def request(text: str, message_class: MessageClass) -> Request:
    return Request(MOBILE, message_class, text, Encoding.AUTO, 255)


def written(request: Request, standing: Standing, rules: Rules) -> Composed:
    return compose(request, terms_of(request, standing, rules, NOON))


def test_marketing_always_says_how_to_stop(rules: Rules) -> None:
    """R56, special term 4: each marketing message carries the STOP procedure, whatever the account chose."""
    composed = written(request("Soldes demain", MessageClass.MARKETING), FRENCH, rules)
    assert composed.encoded.text == "Soldes demain STOP au 36000"


@pytest.mark.parametrize(
    ("chosen", "text"), [(True, "Rendez-vous demain STOP au 36000"), (False, "Rendez-vous demain")]
)
def test_an_alert_says_it_when_the_account_chose_so(rules: Rules, text: str, *, chosen: bool) -> None:
    """R57, special term 4: the client is free to add it to an alert."""
    standing = replace(FRENCH, stop_in_alerts=chosen)
    assert written(request("Rendez-vous demain", MessageClass.ALERT), standing, rules).encoded.text == text


def test_the_mention_counts_in_the_parts_and_the_price(rules: Rules) -> None:
    """A21: 150 characters and the 14 of the mention are 164: 2 SMS."""
    assert len(rules.stop.text) == 14
    marketing = written(request("a" * 150, MessageClass.MARKETING), FRENCH, rules)
    assert (len(marketing.encoded.text), len(marketing.encoded.parts), marketing.units) == (164, 2, 2)
    assert written(request("a" * 146, MessageClass.MARKETING), FRENCH, rules).units == 1
    assert written(request("a" * 150, MessageClass.ALERT), FRENCH, rules).units == 1


@pytest.mark.parametrize(("destination", "mention"), [("FR", StopMention.ANSWER), ("RE", StopMention.LINK)])
def test_a_link_takes_its_place_where_no_answer_arrives(rules: Rules, destination: str, mention: StopMention) -> None:
    """R58, special term 4: outside metropolitan France, where answering is not possible, a STOP link."""
    assert stop_mention(MessageClass.MARKETING, destination, rules.stop, in_alerts=False) is mention


def test_the_link_itself_stands_in_the_message_and_is_counted(rules: Rules) -> None:
    """R58, special term 4: the link takes the place of STOP; A21: it counts in the parts and the price."""
    served = replace(rules, links=StopLinks("https://sms.example", Seals([bytes(32)])))
    reunion = request("a" * 130, MessageClass.MARKETING)._replace(number=Number("+262692123456", "RE", Line.MOBILE))
    standing = replace(FRENCH, country="RE", account_id=7)
    composed = written(reunion, standing, served)
    assert composed.encoded.text == f"{'a' * 130} STOP: {served.links.url(7, '+262692123456') if served.links else ''}"
    assert (composed.stop, len(composed.encoded.parts)) == (StopMention.LINK, 2)
    assert written(reunion, standing, rules).encoded.text == "a" * 130 + " STOP au 36000"
