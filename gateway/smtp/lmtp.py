"""The LMTP conversation: SMTP without greeting by HELO, and one status per recipient after DATA (RFC 2033)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from gateway.smtp import replies
from gateway.smtp.errand import Command
from gateway.smtp.limits import is_front
from gateway.smtp.protocol import SmtpSession
from gateway.smtp.reception import Dialect
from plans.words import Reason


class LmtpSession(SmtpSession):
    """A trusted front that hands over mail whose sender it has proven."""

    dialect: ClassVar[Dialect] = Dialect.LMTP
    commands: ClassVar[Mapping[bytes, Command]] = {
        b"LHLO": SmtpSession.commands[b"EHLO"],
        **{
            name: command
            for name, command in SmtpSession.commands.items()
            if name not in {b"HELO", b"EHLO", b"STARTTLS", b"AUTH"}
        },
    }

    def _greeting(self) -> bytes:
        return replies.greeting(self._office.domain, "LMTP")

    def _barred(self) -> bytes | None:
        if not is_front(self._address, self._office.settings.lmtp_fronts):
            return replies.NOT_A_FRONT
        return super()._barred()

    def _may_upgrade(self) -> bool:
        return False

    def _may_log_in(self) -> bool:
        return False

    def _together(self, verdicts: Sequence[Reason | None]) -> Sequence[Reason | None]:
        return verdicts

    def _tell(self, answers: list[bytes]) -> bytes:
        return b"".join(answers)
