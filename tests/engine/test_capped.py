"""A question that ends its process costs no other its answer."""

from pathlib import Path

from gateway.engine.capped import CappedProcesses


async def test_each_question_has_two_tries_also_behind_one_that_had_none_left(tmp_path: Path) -> None:
    """The machine may have ended the process for reasons of its own."""
    once, again = (str(tmp_path / name).encode() for name in ("once", "again"))
    processes = CappedProcesses("tests.engine.fickle")
    answers = await processes.ask([once, b"always", again, b"good"])
    await processes.close()
    assert answers == [once, None, again, b"good"]
