"""What providers of payments tell over HTTP: checked by their own signature, taken in once, answered when on disk."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.billing.payments.webhooks import MAX_BODY_BYTES, WebhookRefused
from gateway.engine.writer import StorageUnavailable
from gateway.web.forms import read_body

log = logging.getLogger(__name__)

#: Takes a delivery in, headers and raw body; raises ``WebhookRefused`` for one that its provider did not send now.
Hear = Callable[[Mapping[str, str], bytes], Awaitable[None]]


def payment_route(providers: Mapping[str, Hear]) -> Route:
    """``POST /webhooks/payments/<provider>``, for the providers that tell by HTTP.

    204 for what is on disk, also when it came before; 400 for what the provider did not send, 413 for too much, 404 for
    a provider that is not set up; 503 where the database is away, upon which providers deliver again.
    """

    async def take_in(request: Request) -> Response:
        hear = providers.get(request.path_params["provider"])
        if hear is None:
            return PlainTextResponse("No such provider is set up here.", 404)
        body = await read_body(request, MAX_BODY_BYTES)
        if body is None:
            return PlainTextResponse("This is more than a webhook holds.", 413)
        return await _answer(hear, dict(request.headers), body)

    return Route("/webhooks/payments/{provider}", take_in, methods=["POST"])


async def _answer(hear: Hear, headers: Mapping[str, str], body: bytes) -> Response:
    try:
        await hear(headers, body)
    except WebhookRefused as refused:
        log.warning("a webhook was refused: %s", refused.fault)
        return PlainTextResponse("This was not sent by the provider, or not just now.", 400)
    except StorageUnavailable:
        return PlainTextResponse("Please deliver this again later.", 503)
    return Response(status_code=204)
