"""A web server of calendar files that do not change, as a process of its own.

``python -m tests.bench.unchanged_files`` prints its port, and ends when its standard input does. Whoever asks with
``If-None-Match`` is told 304.
"""

import asyncio
import sys

_FILE = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//bench//EN
BEGIN:VEVENT
UID:one@bench.example
DTSTAMP:20261101T080000Z
DTSTART:20261125T090000Z
DTEND:20261125T093000Z
SUMMARY:Visit 06 39 98 12 34
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")
_HEAD = 'HTTP/1.1 {status}\r\nETag: "one"\r\nContent-Type: text/calendar\r\nContent-Length: {length}\r\n\r\n'
_WHOLE = _HEAD.format(status="200 OK", length=len(_FILE)).encode() + _FILE
_UNCHANGED = _HEAD.format(status="304 Not Modified", length=0).encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every request of one connection."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            writer.write(_UNCHANGED if b"if-none-match:" in head.lower() else _WHOLE)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


async def main() -> None:
    """Serve until the standard input ends."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started it waits for this
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
