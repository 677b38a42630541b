"""What comes in by POST: read up to a size, and no further."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

_MOST_FIELDS = 50


async def read_body(request: Request, longest: int) -> bytes | None:
    """The raw bytes, or None as soon as they are too many."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > longest:
            return None
    return bytes(body)


async def read_form(request: Request, longest: int) -> Mapping[str, str]:
    """The fields of a form; none where it is too long or makes no sense."""
    body = await read_body(request, longest)
    try:
        return dict(parse_qsl((body or b"").decode(), max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
