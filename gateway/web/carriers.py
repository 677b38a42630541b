"""What carriers deliver over HTTP: proven by each one's own rules, answered when it is on disk."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.engine.writer import StorageUnavailable
from gateway.sms.carriers.http.deliveries import MAX_BODY_BYTES, Delivery, DeliveryRefused, Fault
from gateway.sms.carriers.http.kinds import PATH
from gateway.web.forms import read_body

log = logging.getLogger(__name__)

#: Takes a delivery in; raises ``DeliveryRefused`` for one that its carrier did not send, or has sent before.
Hear = Callable[[Delivery], Awaitable[None]]


def carrier_routes(carriers: Mapping[str, Hear], base_url: str) -> list[Route]:
    """``GET`` and ``POST /webhooks/sms/<carrier>``, and the same with a secret after it.

    204 for what is on disk; 200 for what came before, for it is not to come once more; 400 for what the carrier did not
    send, 413 for too much, 404 for a carrier that is not heard or a secret that is wrong; 503 where the database is
    away, upon which carriers deliver again. ``base_url``: how carriers reach us; no header of a request is asked.
    """

    async def take_in(request: Request) -> Response:
        carrier = request.path_params["carrier"]
        hear = carriers.get(carrier)
        if hear is None or request.method == "HEAD":
            return PlainTextResponse("No such carrier is heard here.", 404)
        body = await read_body(request, MAX_BODY_BYTES)
        if body is None:
            return PlainTextResponse("This is more than a webhook holds.", 413)
        return await _answer(carrier, hear, _delivery(request, base_url, body))

    paths = (f"{PATH}/{{carrier}}", f"{PATH}/{{carrier}}/{{secret}}")
    return [Route(each, take_in, methods=["GET", "POST"]) for each in paths]


async def _answer(carrier: str, hear: Hear, delivery: Delivery) -> Response:
    try:
        await hear(delivery)
    except DeliveryRefused as refused:
        log.warning("a webhook of carrier %s was refused: %s", carrier, refused.fault)
        return _refusal(refused.fault)
    except StorageUnavailable:
        return PlainTextResponse("Please deliver this again later.", 503)
    return Response(status_code=204)


def _refusal(fault: Fault) -> Response:
    match fault:
        case Fault.REPLAYED:
            return PlainTextResponse("This came before.", 200)
        case Fault.NOT_EXPECTED:
            return PlainTextResponse("No such carrier is heard here.", 404)
        case _:
            return PlainTextResponse("This was not sent by the carrier, or not just now.", 400)


def _delivery(request: Request, base_url: str, body: bytes) -> Delivery:
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1")
    return Delivery(
        method=request.method,
        url=f"{base_url}{path}{'?' if query else ''}{query}",
        headers=dict(request.headers),
        body=body,
        peer=request.client.host if request.client else None,
        secret=request.path_params.get("secret", ""),
    )
