"""The page behind a STOP link: it asks, and only the button stops; programs that try links out change nothing."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.engine.database import Engine
from gateway.sms.answers import TOPICS
from gateway.sms.clicks import Linked, follow, press
from gateway.sms.numbers import Number, parse
from gateway.sms.stop_links import PATH
from gateway.web.forms import read_form
from gateway.web.pages import page, preferred
from gateway.wording import Language, Wording

_LONGEST_FORM = 1_000  # bytes

#: The languages of the pages by the country of the phone; elsewhere the browser decides.
Speaks = Callable[[str], Language | None]


class StopPages:
    """Shows the page and hears its button."""

    def __init__(self, engine: Engine, wording: Wording, speaks: Speaks) -> None:
        self._engine = engine
        self._wording = wording
        self._speaks = speaks

    def routes(self) -> list[Route]:
        """One address for looking and for pressing."""
        path = f"{PATH}{{token}}"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.hear, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """What the button would do; nothing is changed."""
        linked = await self._engine.read(partial(follow, token=request.path_params["token"]))
        return self._page(request, linked)

    async def hear(self, request: Request) -> Response:
        """Stop, or start again."""
        form = await read_form(request, _LONGEST_FORM)
        wanted = form.get("do")
        if wanted not in {"stop", "start"}:
            return await self.show(request)
        token, stamp = request.path_params["token"], self._engine.stamp()
        linked = await self._engine.write(
            partial(press, stamp=stamp, token=token, stop=wanted == "stop"), wakes=tuple(TOPICS.values())
        )
        return self._page(request, linked)

    def _page(self, request: Request, linked: Linked | None) -> Response:
        language = self._language(request, linked)

        def say(key: str, **values: object) -> str:
            return self._wording.phrase(f"page_stop_{key}", language, **values)

        if linked is None:
            return page("stop.html", 404, language=language, title=say("unknown"), text=say("unknown_text"), do=None)
        state = "stopped" if linked.stopped else "open"
        text = say(f"{state}_text", client=linked.client, number=masked(linked.recipient))
        do = "start" if linked.stopped else "stop"
        return page(
            "stop.html", language=language, title=say(state, client=linked.client), text=text, do=do, button=say(do)
        )

    def _language(self, request: Request, linked: Linked | None) -> Language:
        number = parse(linked.recipient, "FR", sandbox=True) if linked else None
        known = self._speaks(number.destination) if isinstance(number, Number) else None
        return known or preferred(request.headers.get("accept-language", ""))


def masked(number: str) -> str:
    """A number that its owner knows again, and nobody else learns."""
    return f"{number[:3]}{'•' * (len(number) - 5)}{number[-2:]}"
