"""Pages for people: one small template each, no script, nothing from other servers."""

import secrets
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

from gateway.wording import Language


def page(template: str, status: int = 200, *, goes_to: str = "", **values: Any) -> HTMLResponse:
    """A page filled in. ``goes_to`` is another origin that its form may lead to."""
    nonce = secrets.token_urlsafe(16)
    text = _templates().get_template(template).render(nonce=nonce, **values)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self' {goes_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
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
