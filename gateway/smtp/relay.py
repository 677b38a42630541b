"""Mail out through a smart host."""

import asyncio
from contextlib import suppress

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from gateway.settings import RelaySettings
from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Refused, Sent


class Relay:
    """A mailer that keeps one connection to the smart host, opened again when it was lost. Letters wait their turn."""

    def __init__(self, settings: RelaySettings, password: str | None, hostname: str) -> None:
        """``hostname`` is how we greet; ``password`` is None where the relay knows us by our address."""
        self._turn = asyncio.Lock()
        self._timeout_s = settings.timeout_s
        self._client = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=hostname,
            username=settings.username,
            password=password,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            timeout=None,  # ours is for the whole letter
        )

    async def send(self, letter: Letter) -> MailOutcome:
        """Hand over one letter within the time-out of the relay."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await self._hand_over(letter)
            except (SMTPException, OSError) as error:  # also TimeoutError
                self._client.close()
                return NotSent(_code(error))

    async def close(self) -> None:
        """Take leave of the smart host."""
        async with self._turn:
            if self._client.is_connected:
                with suppress(SMTPException, OSError):
                    async with asyncio.timeout(self._timeout_s):
                        await self._client.quit()
            self._client.close()

    async def _hand_over(self, letter: Letter) -> MailOutcome:
        """Only what the relay says of this recipient or this content is for good; the rest may be our configuration."""
        if not self._client.is_connected:
            await self._client.connect()
        options = [] if letter.envelope_to.isascii() else ["SMTPUTF8"]
        try:
            await self._client.sendmail("", [letter.envelope_to], letter.content, mail_options=options)
        except SMTPRecipientsRefused as refusal:
            return _answered(refusal.recipients[0].code)
        except SMTPDataError as refusal:
            return _answered(refusal.code)
        except (SMTPNotSupported, ValueError) as error:  # an address that this relay, or any, cannot take
            return Refused(_code(error))
        return Sent()


def _answered(code: int) -> MailOutcome:
    return Refused(str(code)) if code >= 500 else NotSent(str(code))


def _code(error: Exception) -> str:
    return str(error.code) if isinstance(error, SMTPResponseException) else type(error).__name__
