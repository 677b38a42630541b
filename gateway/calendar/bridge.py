"""What the work on calendars stands on besides its rows: the feeds, the vault, the rules in force, and its pace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.billing.rules import BillingRules
from gateway.calendar.feeds.port import CalendarFeed, Consent
from gateway.calendar.polling import Pace
from gateway.calendar.words import Provider
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from gateway.sms.policy import Rules


@dataclass(frozen=True, slots=True)
class Bridge:
    """Everything that reads calendars and sends their reminders shares it."""

    engine: Engine
    vault: Vault
    feeds: Mapping[Provider, CalendarFeed]
    rules: Rules
    billing: BillingRules
    pace: Pace = field(default_factory=Pace)
    patience_s: float = 60.0  # for one answer of a feed
    last_look_s: float = 5.0  # for the event of a reminder that is due
    trust: timedelta = timedelta(hours=2)  # a last look that fails may stand on a poll that is no older than this
    consents: Mapping[Provider, Consent] = field(default_factory=dict)  # where an access can be given back
    push_addresses: Mapping[Provider, str] = field(default_factory=dict)  # where providers may push to, by https
