"""Letters on this machine's disk lie where their recipient looks, and nowhere else."""

import stat
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.smtp.maildir import Maildirs, folder_name
from gateway.smtp.mailer import Letter, NotSent

LETTER = Letter("alice@client.example", b"Subject: news\r\n\r\nDelivered.\r\n")


def test_an_ordinary_address_is_its_own_folder() -> None:
    assert folder_name("Alice.M+sms@client.example") == "alice.m+sms@client.example"


@given(st.text(max_size=400))
@example("../../etc/passwd")
@example("..")
@example(".")
@example("")
@example("/")
@example("a\0b")
@example("x" * 321)
@example("é" * 200)
def test_whatever_the_address_its_folder_is_one_name_below_the_root(address: str) -> None:
    root = Path("/maildir")
    folder = root / folder_name(address)
    assert folder.resolve().parent == root
    assert len(folder.name.encode()) <= 200
    assert folder.name.isprintable()


@given(st.lists(st.text(max_size=300), min_size=2, max_size=2, unique_by=str.lower))
@example(["a/b@c", "a%2fb@c"])
@example([".a", "%2ea"])
@example(["x" * 250, "x" * 251])
def test_two_addresses_never_share_a_folder(addresses: list[str]) -> None:
    assert folder_name(addresses[0]) != folder_name(addresses[1])


async def test_only_the_service_can_look_into_a_folder(tmp_path: Path) -> None:
    await Maildirs(tmp_path).send(LETTER)
    new = tmp_path / LETTER.envelope_to / "new"
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert [path.read_bytes() for path in new.iterdir()] == [b"Subject: news\n\nDelivered.\n"]


async def test_a_disk_that_cannot_take_it_is_tried_again_later(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    assert await Maildirs(blocked).send(LETTER) == NotSent("NotADirectoryError")


async def test_a_folder_left_half_made_by_a_crash_is_completed(tmp_path: Path) -> None:
    (tmp_path / LETTER.envelope_to / "tmp").mkdir(parents=True)
    await Maildirs(tmp_path).send(LETTER)
    assert len(list((tmp_path / LETTER.envelope_to / "new").iterdir())) == 1
