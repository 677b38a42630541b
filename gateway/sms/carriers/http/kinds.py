"""The kinds of carriers over HTTP: what makes one that sends, and one that hears, out of its table."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from gateway.engine.clock import Clock
from gateway.sms.carriers.http.dialect import Dialect
from gateway.sms.carriers.http.ear import Ear
from gateway.sms.carriers.http.generic_configuration import generic_from
from gateway.sms.carriers.http.ovh import Ovh, ovh_from
from gateway.sms.carriers.http.settings import Terms, terms_from
from gateway.sms.carriers.http.smsfactor import smsfactor_from
from gateway.sms.carriers.http.twilio import twilio_from
from gateway.sms.carriers.http.vonage import vonage_from
from gateway.sms.carriers.port import Carrier, Inbox
from plans.checked import Section

#: Where carriers deliver, below our public address.
PATH = "/webhooks/sms"

#: Reads a table, and is told where its provider may deliver.
READERS: Mapping[str, Callable[[Section, str], Dialect]] = {
    "twilio": twilio_from,
    "vonage": vonage_from,
    "smsfactor": smsfactor_from,
    "ovh": ovh_from,
    "http": generic_from,
}


def http_carrier(kind: str, name: str, section: Section, clock: Clock, base_url: str) -> Carrier:
    """A carrier that sends. ``base_url``: how providers reach us."""
    from gateway.sms.carriers.http.carrier import HttpCarrier  # late: its library takes a tenth of a second
    from gateway.sms.carriers.http.ovh_history import OvhHistory

    terms, dialect = _read(kind, name, section, base_url)
    history = OvhHistory(dialect, clock, terms.tries_for) if isinstance(dialect, Ovh) else None
    return HttpCarrier(terms, dialect, clock, history)


def http_ear(kind: str, name: str, section: Section, clock: Clock, *, base_url: str, inbox: Inbox) -> Ear | None:
    """What hears the carrier; None where nothing would prove that it is the one."""
    terms, dialect = _read(kind, name, section, base_url)
    proven = dialect.proves or terms.guard.path_secret is not None
    return Ear(terms.guard, dialect, inbox, clock) if proven else None


def _read(kind: str, name: str, section: Section, base_url: str) -> tuple[Terms, Dialect]:
    terms = terms_from(name, section)
    return terms, READERS[kind](section, callback(base_url, terms))


def callback(base_url: str, terms: Terms) -> str:
    """Where the provider of a carrier delivers."""
    parts = (terms.name, terms.guard.path_secret)
    return "/".join((base_url + PATH, *(quote(each, safe="") for each in parts if each)))
