"""When two deliveries are the same SMS."""

from hashlib import sha256

from gateway.smtp.reading import ReadMail


def dedup_key(mail: ReadMail, e164: str, delivery: int) -> str:
    """64 hexadecimal digits, equal for one mail to one number by whatever path and however often it comes.

    A mail is known by its Message-ID (RFC 5322, 3.6.4). One without is known by From, Date, Subject and text: what
    relays add or recode on the way takes no part. One without a Date, too, is known by its ``delivery`` alone, the id
    under which it was taken in: a device that says "Door open" every night in the same words means it each time.
    """
    return sha256("\0".join((*_identity(mail, delivery), e164)).encode("utf-8", "replace")).hexdigest()


def _identity(mail: ReadMail, delivery: int) -> tuple[str, ...]:
    if mail.message_id:
        return "id", mail.message_id
    if mail.date_header:
        return "content", mail.from_header, mail.date_header, mail.subject, mail.text_body
    return "delivery", str(delivery)
