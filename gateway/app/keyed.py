"""What is made with keys derived from those of the vault: addresses of conversations, and STOP links."""

from datetime import timedelta

from gateway.engine.seals import Seals
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from gateway.sms.stop_links import StopLinks
from gateway.smtp.reply_addresses import ReplyAddresses


def reply_addresses(settings: Settings) -> ReplyAddresses:
    """The addresses that mails with somebody's SMS are answered at."""
    seals = Seals(open_vault(settings.data_dir).derived("reply addresses"))
    return ReplyAddresses(seals, timedelta(days=settings.answers.address_days))


def stop_links(settings: Settings) -> StopLinks | None:
    """The links that take the place of an answer; None where nobody outside could open them."""
    if settings.web.public_url is None:
        return None
    return StopLinks(settings.web.base_url, Seals(open_vault(settings.data_dir).derived("stop links")))
