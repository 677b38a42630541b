"""The text of the SMS that a mail asks for."""

from gateway.accounts.words import Content
from gateway.smtp.reading import Problem, ReadMail
from plans.words import Reason


def sms_text(mail: ReadMail, content: Content, end_marker: str | None) -> str | Reason:
    """Body, subject or both, as the sender's settings say; the body up to the line that begins with the end marker.

    Automatic mail is not judged here: ``mail.automatic`` and ``automatic_sender`` say so beforehand.
    """
    if Problem.UNREADABLE in mail.problems:
        return Reason.MAIL_UNREADABLE
    body = until_marker(mail.text_body, end_marker)
    pieces = {Content.BODY: [body], Content.SUBJECT: [mail.subject], Content.BOTH: [mail.subject, body]}[content]
    return "\n".join(filter(None, pieces)) or Reason.NO_TEXT


def until_marker(text: str, marker: str | None) -> str:
    """The lines above the first that begins with ``marker``, case aside."""
    wanted = (marker or "").strip().casefold()
    if not wanted:
        return text
    kept: list[str] = []
    for line in text.split("\n"):
        if line.casefold().startswith(wanted):
            break
        kept.append(line)
    return "\n".join(kept).rstrip()
