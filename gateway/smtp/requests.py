"""What a mail that was read asks for: an SMS to each of its numbers, or the reason why none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.accounts.senders import Sender
from gateway.accounts.words import Content, Notify
from gateway.engine.queue import Claim
from gateway.sms.request import SmsRequest
from gateway.sms.talks import Talk
from gateway.smtp.addresses import REPLY_PREFIX
from gateway.smtp.answer_letters import endings
from gateway.smtp.automatic import Automatic, automatic_sender
from gateway.smtp.identity import dedup_key
from gateway.smtp.quotations import OurMail, without_quotation
from gateway.smtp.reading import ReadMail
from gateway.smtp.sms_text import sms_text
from gateway.smtp.spooled import SpooledEnvelope, SpooledRecipient
from plans.words import Origin, Reason


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail taken out of the spool, with the settings of its sender."""

    claim: Claim
    envelope: SpooledEnvelope
    raw: bytes
    received_at: datetime
    sender: Sender | None  # None where it was removed meanwhile
    talks: Mapping[str, Talk] = field(default_factory=dict)  # by phone: the conversations that it goes on with


def requests_of(opened: Opened, content: ReadMail) -> list[SmsRequest] | Reason:
    """One request per number; a reason where the mail as a whole becomes no SMS.

    What a machine wrote in answer to something (RFC 3834) is refused: it would cost money, or loop.
    """
    if opened.sender is None:
        return Reason.SENDER_NOT_ALLOWED
    kind = automatic_kind(opened, content)
    if kind and not kind.becomes_sms:
        return Reason.AUTOMATIC_MAIL
    notify = Notify.NONE if kind else opened.sender.notify
    requests = [_request(opened, opened.sender, content, each, notify) for each in opened.envelope.recipients]
    reason = next((each for each in requests if isinstance(each, Reason)), None)
    return reason or [each for each in requests if isinstance(each, SmsRequest)]


def automatic_kind(opened: Opened, content: ReadMail) -> Automatic | None:
    """How the mail gives away that a machine wrote it; such a mail is never answered by mail."""
    return automatic_sender(opened.envelope.mail_from) or content.automatic


def _request(
    opened: Opened, sender: Sender, content: ReadMail, recipient: SpooledRecipient, notify: Notify
) -> SmsRequest | Reason | None:
    """What one recipient asks for; nothing where it is no number."""
    if recipient.e164 is None:
        return None
    talk = opened.talks.get(recipient.e164) if is_reply(recipient) else None
    text = _answer(content, recipient, talk) if talk else sms_text(content, sender.content, sender.end_marker)
    if isinstance(text, Reason):
        return text
    goes_on = talk is not None and talk.message_class is not None
    return SmsRequest(
        account_id=opened.claim.account_id,
        origin=Origin.EMAIL,
        origin_id=opened.claim.row_id,
        dedup_key=dedup_key(content, recipient.e164, opened.claim.row_id),
        recipient=recipient.e164,
        text=text,
        message_class=(talk.message_class if talk else recipient.message_class) or sender.default_class,
        sender_id=sender.sender_id,
        display=talk.display if talk and goes_on else sender.display,
        encoding=sender.encoding,
        max_parts=sender.max_parts,
        notify=notify,
        daily_cap=sender.daily_cap,
        repeat_min=sender.repeat_min,
    )


def is_reply(recipient: SpooledRecipient) -> bool:
    """Whether a mail to it goes on with a conversation."""
    return recipient.raw.lower().startswith(REPLY_PREFIX)


def _answer(content: ReadMail, recipient: SpooledRecipient, talk: Talk) -> str | Reason:
    """What an answer says beside what it repeats: its body, for the subject is that of the thread."""
    address, phone = recipient.raw.partition("@")[0], recipient.e164 or ""
    ours = OurMail(address, phone, talk.heard, endings(phone))
    said = replace(content, text_body=without_quotation(content.text_body, ours))
    return sms_text(said, Content.BODY, None)
