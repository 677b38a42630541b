"""What a mail that was read asks for: an SMS to each of its numbers, or the reason why none."""

from dataclasses import dataclass
from datetime import datetime

from gateway.accounts.senders import Sender
from gateway.accounts.words import Notify
from gateway.engine.queue import Claim
from gateway.sms.request import SmsRequest
from gateway.smtp.automatic import Automatic, automatic_sender
from gateway.smtp.identity import dedup_key
from gateway.smtp.reading import ReadMail
from gateway.smtp.sms_text import sms_text
from gateway.smtp.spooled import SpooledEnvelope
from plans.words import Origin, Reason


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail taken out of the spool, with the settings of its sender."""

    claim: Claim
    envelope: SpooledEnvelope
    raw: bytes
    received_at: datetime
    sender: Sender | None  # None where it was removed meanwhile


def requests_of(opened: Opened, content: ReadMail) -> list[SmsRequest] | Reason:
    """One request per number; a reason where the mail as a whole becomes no SMS.

    What a machine wrote in answer to something (RFC 3834) is refused: it would cost money, or loop.
    """
    if opened.sender is None:
        return Reason.SENDER_NOT_ALLOWED
    kind = automatic_kind(opened, content)
    if kind and not kind.becomes_sms:
        return Reason.AUTOMATIC_MAIL
    text = sms_text(content, opened.sender.content, opened.sender.end_marker)
    if isinstance(text, Reason):
        return text
    return _requests(opened, opened.sender, content, text, Notify.NONE if kind else opened.sender.notify)


def automatic_kind(opened: Opened, content: ReadMail) -> Automatic | None:
    """How the mail gives away that a machine wrote it; such a mail is never answered by mail."""
    return automatic_sender(opened.envelope.mail_from) or content.automatic


def _requests(opened: Opened, sender: Sender, content: ReadMail, text: str, notify: Notify) -> list[SmsRequest]:
    return [
        SmsRequest(
            account_id=opened.claim.account_id,
            origin=Origin.EMAIL,
            origin_id=opened.claim.row_id,
            dedup_key=dedup_key(content, recipient.e164),
            recipient=recipient.e164,
            text=text,
            message_class=recipient.message_class or sender.default_class,
            sender_id=sender.sender_id,
            display=sender.display,
            encoding=sender.encoding,
            max_parts=sender.max_parts,
            notify=notify,
            daily_cap=sender.daily_cap,
        )
        for recipient in opened.envelope.recipients
        if recipient.e164 is not None
    ]
