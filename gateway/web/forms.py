"""What comes in by POST: read up to a size, and no further."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

_MOST_FIELDS = 50

_PATIENCE_S = 30.0  # for all of a body; a client that drips one holds up nothing but its connection, and not for ever


async def read_body(request: Request, longest: int, patience_s: float = _PATIENCE_S) -> bytes | None:
    """The raw bytes, or None as soon as they are too many, or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(patience_s):
            async for block in request.stream():
                body += block
                if len(body) > longest:
                    return None
    except TimeoutError:
        return None
    return bytes(body)


async def read_form(request: Request, longest: int) -> Mapping[str, str]:
    """The fields of a form; none where it is too long or makes no sense."""
    body = await read_body(request, longest)
    try:
        return dict(parse_qsl((body or b"").decode(), max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
