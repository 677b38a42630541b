"""Pages for people: one small template each, no script, nothing from other servers."""

import secrets
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

from gateway.wording import Language

_SHUT = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page filled in; its forms lead to us, for browsers hold a form to that through every redirection."""
    nonce = secrets.token_urlsafe(16)
    text = _templates().get_template(template).render(nonce=nonce, **values)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; {_SHUT}"
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",  # the address may hold a ticket or a code
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, status, headers)


def preferred(accept_language: str) -> Language:
    """The language for somebody who is not known: the first that the browser names and we speak."""
    for each in accept_language.split(","):
        if (tag := each.partition(";")[0].strip()[:2].lower()) in set(Language):
            return Language(tag)
    return Language.EN


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # late: few processes show pages

    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
