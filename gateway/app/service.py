"""The running service: which rooms work in this process, how they start, and how they stop without losing anything."""

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from gateway.accounts.refusals import Refused
from gateway.app import control
from gateway.app.bridging import bridged, calendar_tasks
from gateway.app.carrier_webhooks import carrier_webhooks
from gateway.app.catalogue import billing_rules
from gateway.app.keyed import reply_addresses
from gateway.app.linked_calendars import calendar_routes, linkable
from gateway.app.opening import open_current
from gateway.app.rules import hearing, keeping, read_rules
from gateway.app.sending import sending
from gateway.billing.attempts import JOBS as COLLECTIONS
from gateway.billing.attempts import TOPIC as COLLECTIONS_TOPIC
from gateway.billing.collecting import Collector
from gateway.billing.dates import Dates
from gateway.billing.letters import TOPIC as LETTERS_TOPIC
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.port import PaymentGateway
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.stripe_secrets import read_secrets
from gateway.billing.renewing import TOPIC as RENEWALS_TOPIC
from gateway.billing.renewing import Renewals
from gateway.calendar.connections import CONNECTIONS
from gateway.calendar.letters import LETTERS as CALENDAR_LETTERS
from gateway.calendar.letters import TOPIC as CALENDAR_LETTERS_TOPIC
from gateway.calendar.letters import LetterDesk
from gateway.calendar.marking import MARKS
from gateway.calendar.marking import TOPIC as MARKS_TOPIC
from gateway.calendar.releases import RELEASES
from gateway.calendar.releases import TOPIC as RELEASES_TOPIC
from gateway.calendar.reminders import REMINDERS
from gateway.calendar.upkeep import EVERY_S as UPKEEP_S
from gateway.calendar.upkeep import Upkeep
from gateway.engine.clock import Clock
from gateway.engine.database import Engine
from gateway.settings import RelaySettings, Settings
from gateway.sms import notices as sms_notices
from gateway.sms.answering import Answering
from gateway.sms.answers import ANSWERS
from gateway.sms.answers import TOPICS as ANSWER_TOPICS
from gateway.sms.arrivals import INBOUND
from gateway.sms.forgetting import EVERY_S as FORGETTING_S
from gateway.sms.forgetting import Forgetting
from gateway.sms.inbox import INBOUND_TOPIC
from gateway.sms.jobs import JOBS
from gateway.sms.jobs import TOPIC as JOB_TOPIC
from gateway.sms.keywords import read_keywords
from gateway.sms.policy import Rules
from gateway.sms.stop_changes import STOP_CHANGES
from gateway.sms.stop_changes import TOPIC as STOP_TOPIC
from gateway.sms.words import Reader
from gateway.smtp.alarms import EVERY_S as ALARMS_S
from gateway.smtp.alarms import Alarms
from gateway.smtp.answers import Answers
from gateway.smtp.desk import Desk
from gateway.smtp.inbound import Inbound
from gateway.smtp.listener import Doors, bind_doors, serve_smtp, server_tls
from gateway.smtp.maildir import Maildirs
from gateway.smtp.mailer import Mailer
from gateway.smtp.notices import NOTICES, Notices
from gateway.smtp.readers import Readers
from gateway.smtp.roles import Roles
from gateway.smtp.selling import SELLING_LETTERS, SellingLetters
from gateway.smtp.spool import ROLE_TOPIC, SPOOL
from gateway.smtp.spool import TOPIC as SPOOL_TOPIC
from gateway.smtp.written import WrittenLetters
from gateway.web.server import WebServer, application, bind
from gateway.web.stop import StopPages
from gateway.web.webhooks import Hear
from gateway.wording import Language, Wording, read_wording
from gateway.worker.beats import Beats, free_leases
from gateway.worker.loops import Task, Worker

#: How long clients may take to finish their mail when the service stops.
DRAIN_S = 20.0

#: A task that has not come round for so long is stuck; reading a batch of hostile mail takes a while.
STUCK_S = 300.0

#: Nobody wakes the bank of the sandbox: it looks every second.
SANDBOX_BANK_TOPIC = "sandbox bank"

QUEUES = {
    JOBS: (JOB_TOPIC,),
    SPOOL: (SPOOL_TOPIC, ROLE_TOPIC),
    NOTICES: (sms_notices.TOPIC,),
    INBOUND: (INBOUND_TOPIC,),
    ANSWERS: tuple(ANSWER_TOPICS.values()),
    SELLING_LETTERS: (LETTERS_TOPIC,),
    COLLECTIONS: (COLLECTIONS_TOPIC,),
    CALENDAR_LETTERS: (CALENDAR_LETTERS_TOPIC,),
    MARKS: (MARKS_TOPIC,),
    RELEASES: (RELEASES_TOPIC,),
    STOP_CHANGES: (STOP_TOPIC,),
}

#: Rows that stay, each with a time of its own.
TIMETABLES = (CONNECTIONS, REMINDERS)


class Role(StrEnum):
    """What a process does; on SQLite one process does it all."""

    SMTP = "smtp"
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Running:
    """A service that is ready: where it listens."""

    engine: Engine
    smtp_port: int | None
    web_port: int | None
    lmtp_port: int | None = None


@contextlib.asynccontextmanager
async def running(
    settings: Settings, roles: Collection[Role] = tuple(Role), clock: Clock | None = None
) -> AsyncIterator[Running]:
    """Run until left, by the machine's clock where no other is given; then stop in the order in which nothing is lost.

    Doors close and mails under way are answered; the worker finishes its batches; the engine commits what is left.
    """
    if settings.on_sqlite and set(roles) != set(Role):
        raise Refused("A SQLite database serves one process with all roles.", "Leave --role out, or use PostgreSQL.")
    async with contextlib.AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_current(settings, clock))
        rules = read_rules(settings)
        worker = Worker(engine, [])
        if Role.WORKER in roles:
            worker = await stack.enter_async_context(_working(engine, settings, rules))
        if settings.on_sqlite:  # on PostgreSQL commands go straight in
            await stack.enter_async_context(control.listening(engine, settings, rules))
        web_port = None
        doors = Doors()
        if Role.WEB in roles:
            web_port = await stack.enter_async_context(_web(engine, settings, worker))
        if Role.SMTP in roles:
            doors = await stack.enter_async_context(_listening(engine, settings, rules))
        yield Running(engine, _port_of(doors.smtp), web_port, _port_of(doors.lmtp))


async def until_told_to_stop() -> None:
    """Return on SIGTERM or SIGINT."""
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    await told.wait()


@contextlib.asynccontextmanager
async def _listening(engine: Engine, settings: Settings, rules: Rules) -> AsyncIterator[Doors]:
    doors = bind_doors(settings.smtp)
    tls = server_tls(settings.smtp.tls) if settings.smtp.tls else None
    listener = await serve_smtp(
        settings, Desk(engine, rules, reply_addresses(settings)), read_wording().smtp_line, doors, tls
    )
    try:
        yield doors
    finally:
        await listener.drain(DRAIN_S)


@contextlib.asynccontextmanager
async def _web(engine: Engine, settings: Settings, worker: Worker) -> AsyncIterator[int]:
    async with linkable(settings, engine.clock) as found:
        pages = [
            *calendar_routes(engine, settings, found),
            *StopPages(engine, read_wording(), _speaks).routes(),
            *carrier_webhooks(engine, settings),
        ]
        app = application(engine, lambda: worker.stuck(STUCK_S), _webhooks(engine, settings), pages)
        door = bind(settings.web.host, settings.web.port)
        server = WebServer(app, door, settings.web.trusted_proxies)
        server.start()
        try:
            yield _port(door)
        finally:
            await server.close()


@contextlib.asynccontextmanager
async def _working(engine: Engine, settings: Settings, rules: Rules) -> AsyncIterator[Worker]:
    if engine.dialect == "sqlite":
        await free_leases(engine, (*QUEUES, *TIMETABLES))
    readers = Readers()
    mailers = _mailers(settings)
    async with sending(engine, settings, rules) as sending_tasks, bridged(engine, settings, rules) as bridge:
        tasks = _tasks(engine, settings, rules, readers, mailers)
        worker = Worker(engine, [*tasks, *sending_tasks, *calendar_tasks(bridge)])
        dates = Dates(engine, billing_rules(settings))
        forgetting = Forgetting(engine, keeping(settings))
        alarms = Alarms(engine, *_to_postmaster(settings, mailers))
        regular: dict[Callable[[], Awaitable[None]], float] = {
            Upkeep(bridge).keep_calendars: UPKEEP_S,
            forgetting.forget_old: FORGETTING_S,
            alarms.ring: ALARMS_S,
        }
        beats = Beats(engine, QUEUES, dates, regular)
        beats.start()
        work = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            await beats.stop()
            worker.drain()
            await work
    await readers.close()
    await mailers.out.close()


def _tasks(engine: Engine, settings: Settings, rules: Rules, readers: Readers, mailers: "_Mailers") -> list[Task]:
    wording = read_wording()
    roles = Roles(engine, *_to_postmaster(settings, mailers))
    calendar_letters = WrittenLetters(engine, mailers.out, wording, settings.domain, LetterDesk())
    return [
        # Two in turn: while one batch of mail is being read, the other is filed.
        *(Task(f"inbound {each}", SPOOL_TOPIC, Inbound(engine, readers, rules).run_once) for each in ("a", "b")),
        Task("answers", INBOUND_TOPIC, Answering(engine, hearing(settings, rules)).run_once),
        Task("notices", sms_notices.TOPIC, Notices(engine, mailers.out, wording, settings).run_once),
        Task(
            "answers by mail",
            ANSWER_TOPICS[Reader.MAIL],
            Answers(engine, mailers.out, wording, settings, reply_addresses(settings)).run_once,
        ),
        Task("letters", LETTERS_TOPIC, SellingLetters(engine, mailers.out, wording, settings.domain).run_once),
        Task("calendar letters", CALENDAR_LETTERS_TOPIC, calendar_letters.run_once),
        Task("roles", ROLE_TOPIC, roles.run_once),
        *_billing_tasks(engine, settings),
    ]


def _to_postmaster(settings: Settings, mailers: "_Mailers") -> tuple[Mailer, Wording, str, str]:
    """How whoever runs the gateway is written to: the mailer, the words, our domain, and their address."""
    postmaster = settings.notices.postmaster
    mailer = mailers.out if postmaster else mailers.local  # our own domain must not be asked to take its own mail
    return mailer, read_wording(), settings.domain, postmaster or f"postmaster@{settings.domain}"


def _billing_tasks(engine: Engine, settings: Settings) -> list[Task]:
    rules = billing_rules(settings)
    gateways: dict[str, PaymentGateway] = {ManualGateway.name: ManualGateway(engine)}
    tasks = [Task("renewals", RENEWALS_TOPIC, Renewals(engine, rules).run_once)]
    if stripe := _stripe():
        gateways[stripe.name] = stripe
    if settings.sandbox.enabled:
        sandbox = SandboxGateway(engine, secrets.token_bytes(32))  # it tells nobody but this process
        gateways[sandbox.name] = sandbox
        hear = partial(Collector(engine, rules, gateways).hear, sandbox.name)
        tasks.append(Task("sandbox bank", SANDBOX_BANK_TOPIC, partial(sandbox.tell, hear)))
    return [*tasks, Task("collections", COLLECTIONS_TOPIC, Collector(engine, rules, gateways).run_once)]


def _speaks(destination: str) -> Language | None:
    """The language of a country; None where it is not known."""
    return next(iter(read_keywords().destinations.get(destination, ())), None)


def _webhooks(engine: Engine, settings: Settings) -> dict[str, Hear]:
    """Who hears the providers that tell over HTTP."""
    stripe = _stripe()
    if stripe is None:
        return {}
    return {stripe.name: partial(Collector(engine, billing_rules(settings), {stripe.name: stripe}).hear, stripe.name)}


def _stripe() -> PaymentGateway | None:
    """Stripe, where its keys are set."""
    keys = read_secrets()
    if keys is None:
        return None
    from gateway.billing.payments.stripe import StripeGateway  # takes half a second: only who uses it pays for it

    return StripeGateway(keys)


@dataclass(frozen=True, slots=True)
class _Mailers:
    """How mail leaves: through the relay where there is one, and into maildirs on this machine."""

    out: Mailer
    local: Maildirs


def _mailers(settings: Settings) -> _Mailers:
    local = Maildirs(settings.data_dir / "maildir")
    return _Mailers(_relay(settings.relay, settings.domain) if settings.relay else local, local)


def _relay(settings: RelaySettings, domain: str) -> Mailer:
    from gateway.smtp.relay import Relay  # late: most machines try it without one

    password = settings.password_file.read_text(encoding="utf-8").strip() if settings.password_file else None
    return Relay(settings, password, domain)


def _port(door: socket.socket) -> int:
    return int(door.getsockname()[1])


def _port_of(doors: Sequence[socket.socket]) -> int | None:
    return next((_port(door) for door in doors if door.family != socket.AF_UNIX), None)
