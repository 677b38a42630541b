"""Sign-in at Google and Microsoft as the npm package ``emulate`` does it, which we did not write.

It is asked about consent and tokens only; calendars have peers of their own. What it leaves out: a user who refuses, or
leaves a scope out, access tokens that die with a revoked grant, and Microsoft's ``client_info``.
"""

import html
import json
import re
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import trustme

from tests.peers.node import Node
from tests.service_process import free_port

SCRIPT = Path(__file__).with_name("emulate.mjs")
USER = "camille@example.com"
REDIRECT_URIS = ("https://gateway.example/calendar/back", "http://127.0.0.1/calendar/back")

Service = Literal["google", "microsoft"]


@dataclass(frozen=True)
class SignIn:
    """A running service, and a person in front of a browser."""

    service: Service
    url: str
    authorities: Path | None  # the certificate to trust, as a PEM file
    client_id: str = "peer-client"
    client_secret: str = "peer-secret"

    @property
    def client_config(self) -> dict[str, Any]:
        """As Google's library takes it."""
        return {
            "web": {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "auth_uri": f"{self.url}/o/oauth2/v2/auth",
                "token_uri": f"{self.url}/oauth2/token",
                "revoke_uri": f"{self.url}/oauth2/revoke",
            }
        }

    @property
    def authority(self) -> str:
        """As Microsoft's library takes it, without instance discovery."""
        return f"{self.url}/common"

    def browser(self) -> httpx.Client:
        """Something to look at pages with; it follows no redirection."""
        trust = ssl.create_default_context(cafile=str(self.authorities)) if self.authorities else False
        return httpx.Client(verify=trust, trust_env=False, timeout=30)

    def consent(self, url: str, user: str = USER) -> Mapping[str, str]:
        """Go to an authorisation page and agree as a user: what comes back to the redirect URI."""
        with self.browser() as browser:
            page = browser.get(url)
            assert page.is_success, page.text
            action, fields = next(form for form in _forms(page.text) if form[1].get("email") == user)
            answer = browser.post(urljoin(url, action), data=fields)
        if answer.is_redirect:
            return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        return _forms(answer.text)[0][1]


def _forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """The action and fields of each form of a page."""
    found = []
    for tag, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        fields = {}
        for given in re.findall(r"<input([^>]*)>", inside):
            attributes = _attributes(given)
            fields[attributes["name"]] = attributes.get("value", "")
        found.append((_attributes(tag).get("action", ""), fields))
    return found


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}


@contextmanager
def running_sign_in(node: Node, service: Service, folder: Path) -> Iterator[SignIn]:
    """Start a service; Microsoft's speaks https with a certificate of its own, as its library takes nothing else."""
    port, authorities = free_port(), None
    options: dict[str, Any] = {"baseUrl": f"http://127.0.0.1:{port}"}
    if service == "microsoft":
        authority, outside = trustme.CA(), free_port()
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        authorities = folder / "authorities.pem"
        authority.cert_pem.write_to_path(authorities)
        tls = {"pem": str(folder / "server.pem"), "port": outside}
        options = {"baseUrl": f"https://localhost:{outside}", "tls": tls}
    made = SignIn(service, options["baseUrl"], authorities)
    client = {"client_id": made.client_id, "client_secret": made.client_secret, "name": "Gateway"}
    seed = {service: {"users": [{"email": USER}], "oauth_clients": [client | {"redirect_uris": list(REDIRECT_URIS)}]}}
    package = str(node.script("emulate", "dist/api.js"))
    given = json.dumps({"package": package, "service": service, "port": port, "seed": seed, **options})
    with subprocess.Popen(  # noqa: S603 - our own words
        [node.program, str(SCRIPT), given], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield made
        process.communicate()
