"""When two deliveries are the same SMS."""

from hashlib import sha256

from gateway.smtp.reading import ReadMail


def dedup_key(mail: ReadMail, e164: str) -> str:
    """64 hexadecimal digits, equal for one mail to one number by whatever path and however often it comes.

    A mail is known by its Message-ID (RFC 5322, 3.6.4). One without is known by From, Date, Subject and text: what
    relays add or recode on the way takes no part.
    """
    content = (mail.from_header, mail.date_header, mail.subject, mail.text_body)
    identity = ("id", mail.message_id) if mail.message_id else ("content", *content)
    return sha256("\0".join((*identity, e164)).encode("utf-8", "replace")).hexdigest()
