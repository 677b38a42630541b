"""When something breaks, at our end or at theirs: nothing is promised that is not kept, and nothing lost that is."""

import asyncio

import pytest

from gateway.engine.writer import StorageFull, StorageUnavailable
from tests.smtp.callers import House


@pytest.mark.parametrize(
    ("failure", "answer"),
    [(StorageUnavailable(), "451 4.3.0"), (StorageFull(), "452 4.3.1"), (OSError("disk"), "451 4.3.0")],
)
async def test_a_mail_that_is_not_on_disk_is_never_answered_250(house: House, failure: Exception, answer: str) -> None:
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    house.reception.failure = failure
    assert (await caller.say(b"."))[0][:9] == answer
    house.reception.failure = None
    assert await caller.mail() == "250 2.0.0 queued as 1"


async def test_the_text_of_an_exception_never_leaves_the_house(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Neither to the client nor to the log: it may hold a password, a number, a mail."""
    house.reception.failure = RuntimeError("postgresql://user:hunter2@db")
    caller = await house.caller()
    _, answer = await caller.open_mail(b"0612345678")
    assert answer[:9] == "451 4.3.0"
    incident_id = answer.rsplit(" ", 1)[1].rstrip(")")
    assert incident_id in caplog.text
    assert "hunter2" not in answer + caplog.text


async def test_a_mail_being_stored_is_stored_though_the_client_is_gone(house: House) -> None:
    house.reception.storing.clear()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello\r\n.")
    await asyncio.wait_for(house.reception.at_the_disk.wait(), 10)
    caller.writer.transport.abort()
    other = await house.caller()
    await other.say(b"NOOP")
    house.reception.storing.set()
    await other.say(b"NOOP")
    assert len(house.reception.stored) == 1


async def test_a_client_that_sends_no_more_is_still_answered(house: House) -> None:
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello\r\n.", b"NOOP")
    caller.writer.write_eof()
    assert (await caller.rest()).decode().split("\r\n")[1:] == ["250 2.0.0 queued as 1", "250 2.0.0 OK", ""]


async def test_a_mail_cut_off_in_the_middle_is_not_stored(house: House) -> None:
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello", b"..")
    caller.writer.write_eof()
    assert await caller.rest() == b"354 End data with <CR><LF>.<CR><LF>\r\n"
    assert house.reception.stored == []
