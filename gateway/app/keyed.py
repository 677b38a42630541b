"""What is signed with keys made from those of the vault: addresses of conversations."""

from datetime import timedelta

from gateway.engine.seals import Seals
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from gateway.smtp.reply_addresses import ReplyAddresses


def reply_addresses(settings: Settings) -> ReplyAddresses:
    """The addresses that mails with somebody's SMS are answered at."""
    seals = Seals(open_vault(settings.data_dir).derived("reply addresses"))
    return ReplyAddresses(seals, timedelta(days=settings.answers.address_days))
