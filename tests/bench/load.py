"""Mails from many senders over a few sessions, which smtp-source (one sender) cannot send."""

import asyncio
import secrets
from collections.abc import Iterator
from itertools import count

from tests.bench.clients import address_of

SESSIONS = 50
_FILLER = b"X-Filler: " + b"x" * 66 + b"\r\n"  # 1.5 kB as a mail really has it: more header than text
_FILLERS = 16


async def send_mails(port: int, mails: int, accounts: int) -> None:
    """Send ``mails`` of ``accounts`` senders in turn, each mail with a Message-ID of its own."""
    numbers = iter(range(mails))
    await asyncio.gather(*(_session(port, numbers, accounts) for _ in range(SESSIONS)))


async def _session(port: int, numbers: Iterator[int], accounts: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _expect(reader, b"220")
    writer.write(b"HELO bench.example\r\n")
    await _expect(reader, b"250")
    for number in numbers:
        sender = address_of(number % accounts).encode()
        writer.write(b"MAIL FROM:<%b>\r\nRCPT TO:<0639981234@sms.localhost>\r\nDATA\r\n" % sender)
        for code in (b"250", b"250", b"354"):
            await _expect(reader, code)
        writer.write(_mail(sender))
        await _expect(reader, b"250")
    writer.write(b"QUIT\r\n")
    await _expect(reader, b"221")
    writer.close()


_RUN = secrets.token_hex(4).encode()
_serial = count()


def _mail(sender: bytes) -> bytes:
    head = b"From: %b\r\nMessage-ID: <%b.%d@bench.example>\r\nSubject: bench\r\n" % (sender, _RUN, next(_serial))
    return head + _FILLER * _FILLERS + b"\r\nRendez-vous demain \xc3\xa0 10h.\r\n.\r\n"


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    line = await reader.readline()
    if not line.startswith(code):
        raise RuntimeError(f"{code.decode()} was expected, not {line[:200].decode(errors='replace')}")
