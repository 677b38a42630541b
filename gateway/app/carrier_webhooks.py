"""What carriers deliver over HTTP, heard by whichever process serves the web: it needs no carrier at work."""

from typing import TYPE_CHECKING

from starlette.routing import Route

from gateway.app.carriers import HTTP_KINDS, table_of
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.inbox import NetworkInbox
from plans.checked import Section

if TYPE_CHECKING:
    from gateway.sms.carriers.http.ear import Ear


def carrier_webhooks(engine: Engine, settings: Settings) -> list[Route]:
    """Where carriers deliver; none where no carrier does."""
    ears = ears_of(settings, engine)
    if not ears:
        return []
    from gateway.web.carriers import carrier_routes  # late: most machines have none

    return carrier_routes({name: ear.hear for name, ear in ears.items()}, settings.web.base_url)


def ears_of(settings: Settings, engine: Engine) -> "dict[str, Ear]":
    """What hears the carriers that deliver over HTTP, by their names; ``RuleError`` names what is wrong."""
    document = Section(settings.carriers, "carriers")
    tables = {name: table_of(name, document.section(name)) for name in settings.carriers}
    heard = {name: table for name, table in tables.items() if table[0] in HTTP_KINDS}
    if not heard:
        return {}
    from gateway.sms.carriers.http.kinds import http_ear

    base_url, clock = settings.web.base_url, engine.clock
    ears = {
        name: http_ear(kind, name, section, clock, base_url=base_url, inbox=NetworkInbox(engine, name))
        for name, (kind, section) in heard.items()
    }
    return {name: ear for name, ear in ears.items() if ear}
