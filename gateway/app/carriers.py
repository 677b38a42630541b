"""The carriers of the configuration, and the routes that lead to them."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from gateway.engine.clock import Clock
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.carriers import sandbox
from gateway.sms.carriers.port import Carrier
from gateway.sms.routes import Route, route_from
from plans.checked import RuleError, Section

#: Makes a carrier out of its table: name, table, clock, and how providers reach us.
Build = Callable[[str, Section, Clock, str], Carrier]

_LONGEST_NAME = 20


def routes_of(settings: Settings) -> tuple[Route, ...]:
    """The routes in force; ``RuleError`` names what is wrong in them.

    Where none is written down, every carrier takes everything, in the order in which they are. Numbers of fiction go
    to the sandbox, and where there is no carrier, everything does.
    """
    names = list(settings.carriers)
    written = Section({"routes": list(settings.routes)}).sections("routes")
    routes = [route_from(each, names) for each in written]
    if not routes:
        routes = [Route(name, priority=number) for number, name in enumerate(names)]
    if settings.sandbox.enabled:
        routes += [Route(sandbox.NAME, fictional=True), *([] if names else [Route(sandbox.NAME)])]
    return tuple(routes)


def carriers_of(settings: Settings, engine: Engine) -> list[Carrier]:
    """Every carrier that is set up, and the sandbox where it is on; ``RuleError`` names what is wrong."""
    carriers = configured(settings, engine.clock)
    if settings.sandbox.enabled:
        delay = timedelta(seconds=settings.sandbox.receipt_delay_s)
        carriers.append(sandbox.SandboxCarrier(engine, delay))
    return carriers


def configured(settings: Settings, clock: Clock) -> list[Carrier]:
    """Every carrier that the configuration sets up; ``RuleError`` names what is wrong."""
    document = Section(settings.carriers, "carriers")
    tables = {name: table_of(name, document.section(name)) for name in settings.carriers}
    return [KINDS[kind](name, table, clock, settings.web.base_url) for name, (kind, table) in tables.items()]


def table_of(name: str, section: Section) -> tuple[str, Section]:
    """The kind of a carrier, and what its table says besides."""
    if name == sandbox.NAME or not 0 < len(name) <= _LONGEST_NAME or ":" in name:
        raise RuleError(f"{section.path}: a carrier has a name of up to {_LONGEST_NAME} characters, not {name!r}")
    kind = section.text("kind")
    if kind not in KINDS:
        raise RuleError(f"{section.name('kind')} takes {', '.join(KINDS)}")
    return kind, Section({key: value for key, value in section.values.items() if key != "kind"}, section.path)


def _smpp(name: str, section: Section, clock: Clock, base_url: str) -> Carrier:
    from gateway.sms.carriers.smpp.carrier import SmppCarrier  # late, as all kinds: most machines use one
    from gateway.sms.carriers.smpp.configuration import smpp_settings_from, statuses_of

    del base_url
    return SmppCarrier(smpp_settings_from(name, section), statuses_of(name), clock)


def _http(kind: str) -> Build:
    def build(name: str, section: Section, clock: Clock, base_url: str) -> Carrier:
        from gateway.sms.carriers.http.kinds import http_carrier

        return http_carrier(kind, name, section, clock, base_url)

    return build


#: Those that speak HTTP: "http" is any provider that the configuration describes.
HTTP_KINDS = ("twilio", "vonage", "smsfactor", "ovh", "http")

#: The kinds of carriers that there are.
KINDS: Mapping[str, Build] = {"smpp": _smpp, **{each: _http(each) for each in HTTP_KINDS}}
