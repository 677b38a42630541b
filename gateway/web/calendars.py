"""The pages on which owners link their calendars: to the provider and back.

Only looking at an address does nothing: mail programs look at those in mails, and would use the ticket up.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.calendar.calendars import Calendar
from gateway.calendar.linking import Joined, LinkFailed, Linking
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.writer import StorageUnavailable
from gateway.web.forms import read_form
from gateway.web.pages import page, preferred
from gateway.wording import Language, Wording

log = logging.getLogger(__name__)

COOKIE = "calendar_link"

_LONGEST_FORM = 4096  # bytes
_LONGEST_ANSWER = 16  # fields
_COOKIE_S = 3600

#: Answers a request about one provider.
Act = Callable[[Request, Provider], Awaitable[Response]]


class LinkPages:
    """``/calendars/link/<provider>?ticket=…`` and ``/calendars/callback/<provider>``."""

    def __init__(self, linking: Linking, wording: Wording, *, secure: bool) -> None:
        """``secure``: people come to these pages by https."""
        self._linking = linking
        self._wording = wording
        self._secure = secure

    def routes(self) -> list[Route]:
        """What is answered."""
        return [
            Route("/calendars/link/{provider}", self._telling(self._show), methods=["GET"]),
            Route("/calendars/link/{provider}", self._telling(self._begin), methods=["POST"]),
            Route("/calendars/callback/{provider}", self._telling(self._finish), methods=["GET"]),
        ]

    async def _show(self, request: Request, provider: Provider) -> Response:
        """Say whose account it is and what will be read, before anything happens."""
        ticket = request.query_params.get("ticket", "")
        host = await self._linking.invited(provider, ticket)
        say = _Phrases(self._wording, host.language, provider)
        asked = say("link_writes" if host.writes else "link_reads")
        paragraphs = [say("link_account", account=host.name), asked, say("link_ends")]
        shown = _page(
            host.language, title=say("link_title"), paragraphs=paragraphs, ticket=ticket, button=say("link_go")
        )
        shown.set_cookie(
            COOKIE,
            secrets.token_urlsafe(32),
            max_age=_COOKIE_S,
            path="/calendars",
            secure=self._secure,
            httponly=True,
            samesite="lax",  # it comes along on the way back from the provider, and with no form of another site
        )
        return shown

    async def _begin(self, request: Request, provider: Provider) -> Response:
        """Use the ticket up, and lead on to the provider."""
        form = await read_form(request, _LONGEST_FORM)
        host, url = await self._linking.begin(provider, form.get("ticket", ""), request.cookies.get(COOKIE, ""))
        say = _Phrases(self._wording, host.language, provider)
        return _page(host.language, title=say("link_title"), paragraphs=[], goes_to=url, button=say("link_go"))

    async def _finish(self, request: Request, provider: Provider) -> Response:
        """Back from the provider: keep the connection, and tell what can be enabled."""
        answer = dict(list(request.query_params.items())[:_LONGEST_ANSWER])
        joined = await self._linking.finish(provider, answer, request.cookies.get(COOKIE, ""))
        shown = self._joined(provider, joined)
        shown.delete_cookie(COOKIE, "/calendars")
        return shown

    def _telling(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """``act``, and where it fails a page that says why."""

        async def answer(request: Request) -> Response:
            try:
                return await act(request, _provider(request))
            except LinkFailed as failed:
                return self._failed(request, failed)
            except StorageUnavailable:
                return self._failed(request, LinkFailed(FeedFault.UNAVAILABLE))

        return answer

    def _joined(self, provider: Provider, joined: Joined) -> Response:
        say = _Phrases(self._wording, joined.host.language, provider)
        found = say("linked_enable" if joined.calendars else "linked_none")
        return _page(
            joined.host.language,
            title=say("linked_title"),
            paragraphs=[
                say("link_account", account=joined.host.name),
                found,
                *([say("linked_writes")] if joined.host.writes else ()),
            ],
            calendars=joined.calendars,
            account=joined.host.slug,
        )

    def _failed(self, request: Request, failed: LinkFailed) -> Response:
        language = failed.language or preferred(request.headers.get("accept-language", ""))
        why = failed.fault or "expired"
        log.info("calendars were not linked: %s %s", why, failed.detail)
        told = [self._wording.phrase(f"link_{kind}_{why}", language) for kind in ("why", "cure")]
        if failed.detail:  # the provider's own code, for whoever is asked for help
            told.append(self._wording.phrase("link_detail", language, detail=failed.detail))
        title = self._wording.phrase("link_failed_title", language)
        return _page(language, _status(failed.fault), title=title, paragraphs=told, alert=True)


class _Phrases:
    """Phrases in one language that may name the provider."""

    def __init__(self, wording: Wording, language: Language, provider: Provider) -> None:
        self._wording = wording
        self._language = language
        self._provider = provider.value.capitalize()

    def __call__(self, key: str, **values: str) -> str:
        return self._wording.phrase(key, self._language, provider=self._provider, **values)


def _provider(request: Request) -> Provider:
    """The provider in the address; ``LinkFailed`` for any that has no pages."""
    try:
        return Provider(request.path_params["provider"])
    except ValueError:
        raise LinkFailed from None


def _status(fault: FeedFault | None) -> int:
    if fault in (FeedFault.UNAVAILABLE, FeedFault.THROTTLED):
        return 503
    return 403 if fault else 404


def _page(
    language: Language,
    status: int = 200,
    *,
    title: str,
    paragraphs: Sequence[str],
    ticket: str = "",
    goes_to: str = "",
    button: str = "",
    calendars: Sequence[Calendar] = (),
    account: str = "",
    alert: bool = False,
) -> Response:
    return page(
        "calendars.html",
        status,
        language=language,
        title=title,
        paragraphs=paragraphs,
        ticket=ticket,
        goes_to=goes_to,
        button=button,
        calendars=calendars,
        account=account,
        alert=alert,
    )
