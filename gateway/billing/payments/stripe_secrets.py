"""The secrets of a Stripe account, read from the environment or from files that it names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.settings import SettingsError

API_KEY = "GATEWAY_STRIPE_API_KEY"
WEBHOOK_SECRET = "GATEWAY_STRIPE_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class StripeSecrets:
    """What signs our requests, and what signs Stripe's webhooks; neither is ever shown."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def read_secrets(environment: Mapping[str, str] = os.environ) -> StripeSecrets | None:
    """The secrets, or None where no API key is set; each from its variable or from the file in ``…_FILE``.

    ``SettingsError`` where a file cannot be read or the second secret is missing.
    """
    api_key = _read(environment, API_KEY)
    if api_key is None:
        return None
    webhook_secret = _read(environment, WEBHOOK_SECRET)
    if webhook_secret is None:
        raise SettingsError(f"{API_KEY} is set: set {WEBHOOK_SECRET} too, or {WEBHOOK_SECRET}_FILE")
    return StripeSecrets(api_key, webhook_secret)


def _read(environment: Mapping[str, str], name: str) -> str | None:
    if value := environment.get(name, "").strip():
        return value
    if not (path := environment.get(f"{name}_FILE")):
        return None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError(f"{name}_FILE names a file that cannot be read") from None
    if not value:
        raise SettingsError(f"{name}_FILE names an empty file")
    return value
