"""The commands by name, each one function of a room: the same here, in the service, and on either database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import authorisations, clients, inbound_numbers, passwords, senders
from gateway.accounts.refusals import Refused
from gateway.app import (
    answers,
    bulk,
    calendar_settings,
    calendars,
    catalogue,
    contracting,
    doubts,
    inviting,
    invoices,
    mails,
    messages,
    ordering,
    paying,
    postpaying,
    pricing,
    printing,
    reminding,
    routing,
    subscribing,
)
from gateway.app.demo import demo
from gateway.app.law import missing
from gateway.app.overview import overview
from gateway.app.plain import arguments_for
from gateway.billing import packs
from gateway.billing.attempts import TOPIC as COLLECTIONS_TOPIC
from gateway.billing.letters import TOPIC as LETTERS_TOPIC
from gateway.billing.rules import BillingRules
from gateway.calendar.connections import TOPIC as CALENDARS_TOPIC
from gateway.calendar.releases import TOPIC as RELEASES_TOPIC
from gateway.calendar.reminders import TOPIC as REMINDERS_TOPIC
from gateway.engine.database import Stamp
from gateway.settings import Settings
from gateway.sms import dead_numbers, optouts
from gateway.sms.audit import audit
from gateway.sms.inbox import INBOUND_TOPIC
from gateway.sms.jobs import TOPIC as JOB_TOPIC
from gateway.sms.policy import Rules
from plans.dated import NotInForce


@dataclass(frozen=True, slots=True)
class Change:
    """A command that writes, and the topics whose waiters have new work when it has."""

    function: Callable[..., Any]
    wakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """Under what a command is run: when, by whom, and by which settings and rules."""

    stamp: Stamp
    actor: str
    settings: Settings
    rules: Rules
    billing: BillingRules


#: Whom invoices give work: who takes their money, and who mails them.
_SOLD = (COLLECTIONS_TOPIC, LETTERS_TOPIC)

#: Commands that only read.
READS: Mapping[str, Callable[..., Any]] = {
    "account.list": clients.listing,
    "account.show": overview,
    "account.history": clients.history,
    "sender.list": senders.listing,
    "sender.show": senders.show,
    "password.list": passwords.listing,
    "pack.list": packs.listing,
    "optout.list": optouts.listing,
    "sms.list": messages.listing,
    "sms.show": messages.show,
    "sms.preview": messages.look_ahead,
    "sms.dead": dead_numbers.listing,
    "inbound.list": answers.listing,
    "inbound.show": answers.show,
    "number.list": inbound_numbers.listing,
    "sms.unknown.list": doubts.listing,
    "carrier.list": routing.carriers,
    "carrier.show": routing.carrier,
    "route.list": routing.listing,
    "route.explain": routing.explain,
    "mail.list": mails.listing,
    "mail.show": mails.show,
    "plan.list": catalogue.tiers,
    "plan.show": subscribing.show,
    "plan.preview": subscribing.preview,
    "pack.offers": catalogue.packs,
    "pack.recap": ordering.recap,
    "order.list": ordering.listing,
    "order.show": ordering.show,
    "billing.payer": paying.payer,
    "billing.setup_open": paying.setup_open,
    "billing.terms": ordering.terms,
    "invoice.list": invoices.listing,
    "invoice.show": invoices.show,
    "invoice.pdf": printing.pdf,
    "price.list": pricing.listing,
    "postpaid.show": postpaying.show,
    "postpaid.used": postpaying.used,
    "calendar.list": calendars.listing,
    "calendar.health": calendars.health,
    "calendar.settings": calendar_settings.settings_of,
    "calendar.reading": calendar_settings.reading_of,
    "reminder.list": reminding.listing,
    "reminder.why": reminding.why,
    "reminder.preview": reminding.preview,
    "rule.list": reminding.list_rules,
    "template.show": reminding.show_template,
    "audit": audit,
}

CHANGES: Mapping[str, Change] = {
    "account.add": Change(clients.add),
    "account.change": Change(clients.change),
    "account.suspend": Change(clients.suspend),
    "account.resume": Change(clients.resume),
    "account.close": Change(clients.close),
    "account.cap": Change(contracting.cap_credit),
    "account.terminate": Change(contracting.end_contract, wakes=_SOLD),
    "account.open_country": Change(authorisations.open_country),
    "account.close_country": Change(authorisations.close_country),
    "sender.add": Change(senders.add),
    "sender.set": Change(senders.alter),
    "sender.remove": Change(senders.remove),
    "password.add": Change(passwords.add),
    "password.revoke": Change(passwords.revoke),
    "pack.add": Change(packs.add),
    "optout.add": Change(messages.opt_out),
    "optout.remove": Change(messages.opt_in),
    "number.add": Change(inbound_numbers.add),
    "number.remove": Change(inbound_numbers.remove),
    "sandbox.reply": Change(answers.sandbox_reply, wakes=(INBOUND_TOPIC,)),
    "sms.send": Change(messages.send),
    "sms.send_many": Change(bulk.send_many),
    "sms.unknown.release": Change(doubts.release, wakes=(JOB_TOPIC,)),
    "sms.unknown.refund": Change(doubts.refund),
    "carrier.reopen": Change(routing.reopen, wakes=(JOB_TOPIC,)),
    "carrier.pace": Change(routing.set_pace, wakes=(JOB_TOPIC,)),
    "sms.cancel": Change(messages.take_back),
    "billing.profile": Change(ordering.bill_to),
    "billing.accept_terms": Change(ordering.accept_terms, wakes=(LETTERS_TOPIC,)),
    "billing.block": Change(contracting.block),
    "billing.by_hand": Change(paying.by_hand, wakes=_SOLD),
    "billing.setup_begun": Change(paying.setup_begun),
    "billing.details_given": Change(paying.details_given, wakes=_SOLD),
    "billing.sandbox_card": Change(ordering.sandbox_card, wakes=(COLLECTIONS_TOPIC,)),
    "plan.subscribe": Change(subscribing.subscribe, wakes=_SOLD),
    "plan.change": Change(subscribing.change, wakes=_SOLD),
    "plan.cancel": Change(subscribing.cancel, wakes=_SOLD),
    "pack.buy": Change(ordering.buy, wakes=_SOLD),
    "pack.activate": Change(ordering.activate),
    "pack.top_up": Change(contracting.keep_topped_up),
    "invoice.pay": Change(invoices.receive, wakes=_SOLD),
    "invoice.penalty": Change(invoices.penalise, wakes=_SOLD),
    "invoice.credit": Change(invoices.credit, wakes=(LETTERS_TOPIC,)),
    "invoice.complete": Change(printing.complete),
    "postpaid.agree": Change(postpaying.agree),
    "postpaid.end": Change(postpaying.end),
    "postpaid.provide": Change(postpaying.provide),
    "price.revise": Change(pricing.revise, wakes=(LETTERS_TOPIC,)),
    "price.refuse": Change(pricing.refuse),
    "incident": Change(pricing.incident, wakes=(LETTERS_TOPIC,)),
    "calendar.invite": Change(inviting.invite),
    "calendar.link": Change(calendars.link, wakes=(CALENDARS_TOPIC,)),
    "calendar.unlink": Change(calendars.unlink, wakes=(RELEASES_TOPIC,)),
    "calendar.enable": Change(calendars.enable, wakes=(CALENDARS_TOPIC,)),
    "calendar.disable": Change(calendars.disable, wakes=(RELEASES_TOPIC,)),
    "calendar.pause": Change(calendars.pause),
    "calendar.resume": Change(calendars.resume, wakes=(REMINDERS_TOPIC,)),
    "calendar.sync": Change(calendars.sync, wakes=(CALENDARS_TOPIC,)),
    "calendar.set": Change(calendar_settings.set_up, wakes=(CALENDARS_TOPIC,)),
    "calendar.set_reading": Change(calendar_settings.set_reading, wakes=(CALENDARS_TOPIC,)),
    "rule.add": Change(reminding.add_rule),
    "rule.remove": Change(reminding.remove_rule),
    "template.set": Change(reminding.set_template, wakes=(CALENDARS_TOPIC,)),
    "demo": Change(demo),
}


def change_named(name: str) -> Change:
    """The writing command of this name; ``Refused`` where there is none."""
    if name not in CHANGES:
        raise Refused(f"The service knows no command {name!r}.", "Restart it if it is older than this program.")
    return CHANGES[name]


def run(function: Callable[..., Any], connection: Connection, occasion: Occasion, arguments: Mapping[str, Any]) -> Any:
    """Run a command: its positional parameters name what it needs of the connection and the occasion.

    ``arguments`` become its keyword arguments; raises ``Refused`` where they do not fit.
    """
    checked = arguments_for(function, arguments)
    ours = {
        "connection": connection,
        "stamp": occasion.stamp,
        "now": occasion.stamp.now,
        "actor": occasion.actor,
        "settings": occasion.settings,
        "rules": occasion.rules,
        "billing": occasion.billing,
        "today": occasion.billing.today(occasion.stamp.now),
        "terms": occasion.rules.credit,
    }
    parameters = signature(function).parameters.values()
    positional = [ours[each.name] for each in parameters if each.kind is not Parameter.KEYWORD_ONLY]
    try:
        return function(*positional, **checked)
    except NotInForce as gap:  # a rule of the law that nobody has entered yet
        raise missing(gap) from None
