"""The pages on which owners link their calendars: to the provider and back.

Only looking at an address does nothing: mail programs look at those in mails, and would use the ticket up.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.calendar.linking import Joined, LinkFailed, Linking
from gateway.calendar.words import FeedFault, Provider
from gateway.engine.writer import StorageUnavailable
from gateway.web.forms import read_form
from gateway.web.pages import page, preferred
from gateway.wording import Language, Wording

COOKIE = "calendar_link"

_TEMPLATE = "calendars.html"
_LONGEST_FORM = 4096  # bytes
_LONGEST_ANSWER = 16  # fields
_COOKIE_S = 3600

#: Answers a request about one provider.
Act = Callable[[Request, Provider], Awaitable[Response]]


class LinkPages:
    """``/calendars/link/<provider>?ticket=…`` and ``/calendars/callback/<provider>``."""

    def __init__(self, linking: Linking, wording: Wording, sign_in: Mapping[Provider, str], *, secure: bool) -> None:
        """``sign_in`` is where each provider's own pages are; ``secure``: people come to ours by https."""
        self._linking = linking
        self._wording = wording
        self._sign_in = sign_in
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
        shown = page(
            _TEMPLATE,
            language=host.language,
            title=say("link_title"),
            paragraphs=[say("link_account", account=host.name), say("link_reads"), say("link_ends")],
            ticket=ticket,
            button=say("link_go"),
            calendars=(),
            alert=False,
            goes_to=_origin(self._sign_in[provider]),
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
        """Use the ticket up, and go to the provider."""
        form = await read_form(request, _LONGEST_FORM)
        url = await self._linking.begin(provider, form.get("ticket", ""), request.cookies.get(COOKIE, ""))
        return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

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
        return page(
            _TEMPLATE,
            language=joined.host.language,
            title=say("linked_title"),
            paragraphs=[
                say("link_account", account=joined.host.name),
                say("linked_enable" if joined.calendars else "linked_none"),
            ],
            calendars=joined.calendars,
            ticket="",
            alert=False,
        )

    def _failed(self, request: Request, failed: LinkFailed) -> Response:
        language = failed.language or preferred(request.headers.get("accept-language", ""))
        why = failed.fault or "expired"
        return page(
            _TEMPLATE,
            _status(failed.fault),
            language=language,
            title=self._wording.phrase("link_failed_title", language),
            paragraphs=[self._wording.phrase(f"link_{kind}_{why}", language) for kind in ("why", "cure")],
            calendars=(),
            ticket="",
            alert=True,
        )


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


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
