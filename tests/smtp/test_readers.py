"""Mail is read in processes that no mail can hang, and that never outlive the service."""

import asyncio
import base64
import hashlib
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import psutil
import pytest

from gateway.engine.capped import Caps
from gateway.smtp.automatic import Automatic
from gateway.smtp.readers import Readers
from gateway.smtp.reading import UNREADABLE, Problem, ReadMail

HEAD = b"From: a@b.example\r\nSubject: s\r\n"
GOOD = HEAD + b"\r\ngood"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
MULTIPART = HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
PLAIN = HEAD + b"Content-Type: text/plain; "
SLOW = HTML + b"<table>" + b"<tr><td>a<td>b</tr>" * 13_000  # about a second of work


def nested(depth: int) -> bytes:
    opening = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return HEAD + b"".join(opening % (level, level) for level in range(depth)) + b"\r\ntext"


HOSTILE = {
    "2,000 nested multiparts": nested(2_000),
    "1 MB in one header field": b"To: " + b"a@b.example, " * 80_000 + b"\r\n" + GOOD,
    "1 MB of header lines": b"X-A: b\r\n" * 125_000 + GOOD,
    "1 MB of folded lines": b"To: x" + b"\r\n a@b.example," * 70_000 + b"\r\n" + GOOD,
    "70,000 encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + b"\r\n\r\ntext",
    "100,000 parts": MULTIPART + b"--B\r\n\r\nx\r\n" * 100_000 + b"--B--\r\n",
    "100 parts of 5,000 fields": MULTIPART + (b"--B\r\n" + b"A: b\r\n" * 5_000 + b"\r\nx\r\n") * 100,
    "an unknown charset": PLAIN + b"charset=x-none\r\n\r\ntext",
    "a doubled charset": PLAIN + b"charset='utf-8, utf-8'\r\n\r\ntext",
    "a codec for a charset": PLAIN + b"charset=zlib\r\n\r\ntext",
    "NUL": HEAD + b"\r\nte\0xt",
    "a line of 2 MB": HEAD + b"\r\n" + b"a" * 2_000_000,
    "a multipart without parts": MULTIPART + b"text",
    "a multipart without boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\ntext",
    "100,000 nested divs": HTML + b"<div>" * 100_000 + b"text",
    "30,000 nested tables": HTML + b"<table><tr><td>" * 30_000 + b"text",
    "50,000 elements": HTML + b"<b>a</b> " * 50_000,
    "100,000 comments": HTML + b"<!--" * 100_000,
    "noise in base64": PLAIN
    + b"x=y\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(hashlib.shake_256(b"noise").digest(400_000)),
    "20,000 brackets in From": b"From: " + b"(" * 20_000 + b"\r\n\r\ntext",
    "quotes in a Content-Type": PLAIN + b'";' * 4_000 + b"\r\n\r\ntext",
    "pieces of a parameter": PLAIN + b"a*=1;" + b"".join(b"a*%d=1;" % i for i in range(900)) + b"\r\n\r\ntext",
    "delimiters that never end": MULTIPART + (b"--B" + b" " * 100_000 + b"x\r\n") * 20,
    "60,000 soft breaks": PLAIN + b"format=flowed\r\n\r\n" + b"a \r\n" * 60_000,
}


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    readers = Readers()
    yield readers
    await readers.close()


def processes() -> list[psutil.Process]:
    """The reading processes; a test run has other children too: the server of its databases, and its peers."""
    return [child for child in psutil.Process().children() if "gateway.smtp.reader" in child.cmdline()]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_mail_ends_as_a_text_or_as_unreadable_within_the_limits(name: str, readers: Readers) -> None:
    async with asyncio.timeout(30):  # two tries of five seconds, and a slow machine
        hostile, good = await readers.read_many([HOSTILE[name], GOOD])
    assert len(hostile.text_body) <= 64_000
    assert good == ReadMail(text_body="good", subject="s", from_header="a@b.example")
    assert all(process.memory_info().rss < 200_000_000 for process in processes())


async def test_a_batch_is_read_in_order_with_everything_that_a_mail_can_say(readers: Readers) -> None:
    full = (
        b"Message-ID: <2@x>\r\nReferences: <0@x> <1@x>\r\nIn-Reply-To: <1@x>\r\nDate: d\r\nAuto-Submitted: auto-replied"
        b"\r\nX-Long: " + b"x" * 9_000 + b"\r\n\r\n\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80"
    )
    assert await readers.read_many([GOOD, full, b""]) == [
        ReadMail(text_body="good", subject="s", from_header="a@b.example"),
        ReadMail(
            text_body="été 😀",
            date_header="d",
            message_id="<2@x>",
            in_reply_to="<1@x>",
            references=("<0@x>", "<1@x>"),
            automatic=Automatic.REPLY,
            problems=(Problem.HEADERS_CUT,),
        ),
        ReadMail(),
    ]


async def test_a_mail_that_takes_too_long_harms_only_itself() -> None:
    readers = Readers(caps=Caps(seconds=0.2))
    batch = await readers.read_many([GOOD, SLOW, GOOD])
    await readers.close()
    assert [mail.text_body for mail in batch] == ["good", "", "good"]
    assert batch[1] == UNREADABLE


async def test_a_process_killed_by_somebody_else_costs_no_mail(readers: Readers) -> None:
    await readers.read_many([GOOD])
    (process,) = processes()
    process.kill()
    assert (await readers.read_many([GOOD]))[0].text_body == "good"


async def test_a_batch_that_was_called_off_does_not_answer_for_the_next(readers: Readers) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await readers.read_many([SLOW, SLOW])
    assert (await readers.read_many([GOOD]))[0].text_body == "good"


async def test_no_process_runs_before_the_first_mail_nor_after_the_close() -> None:
    readers = Readers(processes=2)
    assert processes() == []
    await readers.read_many([GOOD])
    assert len(processes()) == 1
    await readers.close()
    assert processes() == []


async def test_batches_beyond_the_processes_wait_their_turn() -> None:
    readers = Readers(processes=2)
    batches = await asyncio.gather(*(readers.read_many([GOOD] * 3) for _ in range(6)))
    running = len(processes())
    await readers.close()
    assert running == 2
    assert {mail.text_body for batch in batches for mail in batch} == {"good"}


async def test_a_reading_process_ignores_the_signals_meant_for_the_service(readers: Readers) -> None:
    await readers.read_many([GOOD])
    (process,) = processes()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert (await readers.read_many([GOOD]))[0].text_body == "good"
    assert processes() == [process]


SERVICE = """
import asyncio
from gateway.smtp.readers import Readers

async def main():
    readers = Readers()
    await readers.read_many([b"Subject: s"])
    print(readers._processes._places[0]._running.process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_service_leaves_no_process_behind() -> None:
    root = Path(__file__).parents[2]
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVICE, stdout=PIPE, cwd=root)
    output = cast(asyncio.StreamReader, service.stdout)
    reader = psutil.Process(int(await output.readline()))
    service.kill()
    await service.communicate()
    assert psutil.wait_procs([reader], timeout=10)[1] == []
