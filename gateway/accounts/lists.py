"""The lists of names that the operator keeps in files: free mail providers, countries, sender IDs."""

from functools import cache
from importlib.resources import files

from gateway.settings import read_config
from plans.sender_ids import SenderIdRules, sender_id_rules_from


@cache
def free_mail_domains() -> frozenset[str]:
    """The domains of ``config/free_mail.toml``, where anybody can open a mailbox."""
    return frozenset(read_config("free_mail.toml")["domains"])


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166 for countries and overseas territories, as the time zone database lists them."""
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


@cache
def sender_id_rules() -> SenderIdRules:
    """What may stand as the sender on a phone, by country, from ``config/sender_ids.toml``."""
    return sender_id_rules_from(read_config("sender_ids.toml"))
