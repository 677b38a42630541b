"""What breaks in a page is logged by its kind and place, and never by its text, which may hold a number or a secret."""

import logging

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.engine.faults import told

log = logging.getLogger(__name__)


class Discretion:
    """Stands around every route: the server behind it would log errors word for word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer 500 where that breaks before anything was answered."""
        answering = False

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            log.info("a client left before it had said everything")
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold a number or a secret
            log.error("a page failed: %s", told(error))
            if not answering:
                await PlainTextResponse("Something went wrong here. Please try again later.", 500)(scope, receive, send)
