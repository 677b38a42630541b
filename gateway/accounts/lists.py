"""The lists of names that the operator keeps in files: free mail providers, countries, refused sender IDs."""

import tomllib
from functools import cache
from importlib.resources import files

from gateway.settings import config_file
from plans.sender_ids import RefusedNames, refused_names_from


@cache
def free_mail_domains() -> frozenset[str]:
    """The domains of ``config/free_mail.toml``, where anybody can open a mailbox."""
    document = tomllib.loads(config_file("free_mail.toml").read_text(encoding="utf-8"))
    return frozenset(document["domains"])


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166 for countries and overseas territories, as the time zone database lists them."""
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


@cache
def refused_sender_ids() -> RefusedNames:
    """The sender IDs that are too general to name anybody, by country, from ``config/windows.toml``."""
    return refused_names_from(tomllib.loads(config_file("windows.toml").read_text(encoding="utf-8")))
