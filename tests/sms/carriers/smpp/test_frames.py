"""A stream is cut into the same PDUs however the network cuts it, and holds no more than one of them back."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.fields import Malformed
from gateway.sms.carriers.smpp.frames import LONGEST, Frame, Frames, frame
from gateway.sms.carriers.smpp.words import Command, Status

numbers = st.integers(0, 0xFFFFFFFF)
frames = st.builds(Frame, numbers, numbers, numbers, st.binary(max_size=60))


@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 50), min_size=1))
def test_the_network_may_cut_anywhere(sent: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(frame(*each) for each in sent)
    reader, found, at, turn = Frames(), list[Frame](), 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        found += reader.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert found == sent


@given(st.lists(st.binary(max_size=80), max_size=10))
def test_arbitrary_octets_are_frames_or_malformed_and_nothing_else(pieces: list[bytes]) -> None:
    reader = Frames()
    with contextlib.suppress(Malformed):
        for each in pieces:
            list(reader.feed(each))


@pytest.mark.parametrize("length", [0, 15, LONGEST + 1, 0xFFFFFFFF])
def test_an_impossible_length_is_told_with_its_sequence(length: int) -> None:
    head = length.to_bytes(4, "big") + frame(Command.DELIVER_SM, 0, 77)[4:]
    with pytest.raises(Malformed) as caught:
        list(Frames().feed(head))
    assert (caught.value.status, caught.value.sequence) == (Status.INVALID_COMMAND_LENGTH, 77)


def test_what_came_before_an_impossible_length_is_not_lost() -> None:
    stream = frame(Command.ENQUIRE_LINK, 0, 1) + b"\0" * 16
    found = list[Frame]()
    with pytest.raises(Malformed):
        found.extend(Frames().feed(stream))
    reader = Frames().feed(stream)
    assert next(reader) == Frame(Command.ENQUIRE_LINK, 0, 1, b"")


def test_the_longest_is_taken() -> None:
    body = bytes(LONGEST - 16)
    assert list(Frames().feed(frame(Command.DELIVER_SM, 0, 1, body))) == [Frame(Command.DELIVER_SM, 0, 1, body)]
