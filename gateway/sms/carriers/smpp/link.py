"""A session that is kept up: bound, watched, bound again after a pause that grows, and ended without leaving doubt."""

import asyncio
import contextlib
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.sms.carriers.port import LinkReport
from gateway.sms.carriers.smpp.pdus import Bind
from gateway.sms.carriers.smpp.session import Answered, Hooks, NotWritten, Reply, Session
from gateway.sms.carriers.smpp.settings import SmppSettings, Tls
from gateway.sms.carriers.smpp.words import Command

log = logging.getLogger(__name__)

#: A session that lived this long was a good one: the pauses begin anew.
_GOOD_S = 60.0


class LinkState(StrEnum):
    """How a link is."""

    CONNECTING = "connecting"
    BOUND = "bound"
    DOWN = "down"  # for now; ``why`` says since what
    REFUSED = "refused"  # the carrier does not want the account: somebody must look at it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Health:
    """How a link is, and why."""

    state: LinkState
    why: str = ""
    since: float = field(default=0.0, compare=False)  # by ``time.monotonic``: it has been bound, or has not


@dataclass(frozen=True, slots=True)
class Nature:
    """What of the world a link needs, so that tests can do without waiting."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random  # 0 to 1


class BindRefused(Exception):
    """The carrier answered a bind with this command_status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"0x{status:08X}")
        self.status = status


class Link:
    """One session slot of one carrier."""

    def __init__(
        self,
        settings: SmppSettings,
        bind: Command,
        hooks: Hooks,
        *,
        throttling: Collection[int],
        refusing: Collection[int],
        nature: Nature,
        tried: asyncio.Event | None = None,
    ) -> None:
        """``refusing``: the values of command_status after which a bind is not soon tried again.

        ``tried`` is set when the first attempt has come to an end, good or bad.
        """
        self._settings = settings
        self._bind = bind
        self._hooks = hooks
        self._throttling = throttling
        self._refusing = refusing
        self._nature = nature
        self._session: Session | None = None
        self._closing = False
        self.health = Health(LinkState.CONNECTING, since=time.monotonic())
        self._failed: Health | None = None
        self._tried = tried or asyncio.Event()

    @property
    def report(self) -> LinkReport:
        """How it is, and what was the matter last."""
        now, failed = time.monotonic(), self._failed or Health(LinkState.DOWN)
        return LinkReport(
            bind=self._bind.name.lower(),
            state=self.health.state,
            why=self.health.why,
            for_s=now - self.health.since,
            failure=failed.why,
            failed_s=now - failed.since if self._failed else 0.0,
            taken=self._session.window.taken if self._session else 0,
            window=self._session.window.limit if self._session else 0,
        )

    @property
    def submits(self) -> bool:
        """Whether it is bound, and for submit_sm."""
        open_ = self._session is not None and self._session.is_open
        return open_ and not self._closing and self._bind is not Command.BIND_RECEIVER

    @property
    def room(self) -> int:
        """Free places in its window."""
        return self._session.window.limit - self._session.window.taken if self._session else 0

    def submit(self, body: bytes, patience_s: float, context: object = None) -> Coroutine[Any, Any, Reply]:
        """Send a submit_sm over the session that is bound now."""
        return self._session.submit(body, patience_s, context) if self._session else _not_written()

    def rebind(self, why: str) -> None:
        """End the session when its answers have come; the next one begins after a pause."""
        if self._session:
            self._session.retire(why)

    async def run(self) -> None:
        """Keep a session up until closed or cancelled."""
        failures = 0
        try:
            while not self._closing:
                self._become(LinkState.CONNECTING)
                since = asyncio.get_running_loop().time()
                pause = await self._one_session(failures)
                lasted = asyncio.get_running_loop().time() - since
                failures = 0 if lasted > _GOOD_S else failures + 1
                await self._nature.sleep(pause)
        finally:
            if self._session:
                self._session.end("stopped")
                self._session = None
            self._become(LinkState.CLOSED)

    async def drain(self) -> None:
        """Submit nothing more, and wait for the answers that are due; it goes on taking what is delivered."""
        self._closing = True
        if self._session:
            self._session.window.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.timing.drain_s):
                    await self._session.window.idle()

    async def close(self) -> None:
        """Say good-bye. After ``drain`` nothing is in doubt."""
        self._closing = True
        if session := self._session:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.timing.drain_s):
                    await session.unbind()
            session.end("closed")
            await asyncio.shield(session.closed)

    async def _one_session(self, failures: int) -> float:
        """Bind and stay until it ends; the seconds to wait before the next."""
        timing = self._settings.timing
        pause = back_off(failures, timing.first_pause_s, timing.longest_pause_s, self._nature.chance())
        try:
            session = await self._bound()
        except BindRefused as refused:
            if refused.status not in self._refusing:
                return self._is_down(f"bind {refused}", pause)
            self._become(LinkState.REFUSED, f"bind {refused}")
            log.error("carrier %s refuses our account with %s", self._settings.name, refused)
            return timing.refused_pause_s
        except (OSError, UnicodeError) as error:  # those of TLS and time are OSErrors; a name can be none
            return self._is_down(type(error).__name__, pause)
        self._session = session
        self._become(LinkState.BOUND)
        log.info("carrier %s is bound", self._settings.name)
        why = await asyncio.shield(session.closed)
        self._session = None
        return 0.0 if self._closing else self._is_down(why, pause)

    def _become(self, state: LinkState, why: str = "") -> None:
        now, turns = time.monotonic(), (state is LinkState.BOUND) is not (self.health.state is LinkState.BOUND)
        self.health = Health(state, why, now if turns else self.health.since)
        if state is not LinkState.CONNECTING:
            self._tried.set()
        if why:
            self._failed = Health(state, why, now)

    def _is_down(self, why: str, pause: float) -> float:
        self._become(LinkState.DOWN, why)
        log.warning("carrier %s is down: %s", self._settings.name, why)
        return pause

    async def _bound(self) -> Session:
        """Connect and bind; ``BindRefused``, ``OSError`` or ``TimeoutError`` where that fails."""
        settings, loop = self._settings, asyncio.get_running_loop()
        async with asyncio.timeout(settings.timing.connect_s):
            _, session = await loop.create_connection(
                lambda: Session(settings.timing, self._throttling, self._hooks),
                settings.host,
                settings.port,
                ssl=context(settings.tls) if settings.tls else None,
                server_hostname=(settings.tls.server_name or settings.host) if settings.tls else None,
            )
        try:
            async with asyncio.timeout(settings.timing.connect_s):
                await self._introduce(session)
        except BaseException:
            session.end("not bound")
            raise
        return session

    async def _introduce(self, session: Session) -> None:
        settings = self._settings
        who = Bind(settings.system_id, settings.password, settings.system_type, range=settings.range)
        reply = await session.bind(self._bind, who.encode())
        if not isinstance(reply, Answered):
            raise ConnectionError(reply.why)
        if reply.status:
            raise BindRefused(reply.status)


async def _not_written() -> NotWritten:
    return NotWritten("link")


def context(tls: Tls) -> ssl.SSLContext:
    """TLS as the carrier wants it; ``OSError`` where a file cannot be read."""
    made = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate:
        made.load_cert_chain(tls.certificate, tls.key)
    return made


def back_off(failures: int, first_s: float, longest_s: float, chance: float) -> float:
    """Seconds between two attempts: doubled each time, capped, and half of it by chance, lest all come at once."""
    whole = min(first_s * 2.0 ** min(failures, 20), longest_s)
    return whole * (0.5 + chance / 2)
