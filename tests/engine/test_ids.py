"""Identifiers rise and are never given twice."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.engine.ids import NODES, Ids
from tests.clock import StoppedClock


def test_five_thousand_in_one_millisecond_are_distinct_and_rise(clock: StoppedClock) -> None:
    ids = Ids(clock, node=3)
    drawn = [ids() for _ in range(5000)]
    assert drawn == sorted(set(drawn))


def test_many_at_once_are_those_that_follow_each_other(clock: StoppedClock) -> None:
    ids, others = Ids(clock, node=3), Ids(clock, node=3)
    assert [ids(), *ids.many(5000), ids()] == [others() for _ in range(5002)]
    assert ids.many(0) == []


def test_they_rise_with_the_clock_whatever_the_node(clock: StoppedClock) -> None:
    earlier = Ids(clock, node=NODES - 1)()
    clock.advance(timedelta(milliseconds=1))
    assert Ids(clock, node=0)() > earlier


def test_they_rise_when_the_clock_is_set_back(clock: StoppedClock) -> None:
    ids = Ids(clock, node=0)
    before = ids()
    clock.advance(-timedelta(hours=1))
    assert ids() > before


def test_two_nodes_never_draw_the_same(clock: StoppedClock) -> None:
    one, other = Ids(clock, node=1), Ids(clock, node=2)
    assert not {one() for _ in range(5000)} & {other() for _ in range(5000)}


def test_they_rise_when_the_node_changes(clock: StoppedClock) -> None:
    ids = Ids(clock, node=9)
    before = ids()
    ids.move_to(2)
    assert ids() > before


def test_threads_never_draw_the_same(clock: StoppedClock) -> None:
    ids, drawn = Ids(clock, node=0), list[int]()
    threads = [threading.Thread(target=lambda: drawn.extend([ids() for _ in range(2000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 8000


def test_they_fit_63_bits_until_2090() -> None:
    last = Ids(StoppedClock(datetime(2090, 1, 1, tzinfo=UTC)), node=NODES - 1)()
    assert 0 < last < 1 << 63


@pytest.mark.parametrize("node", [-1, NODES])
def test_a_node_outside_ten_bits_is_refused(clock: StoppedClock, node: int) -> None:
    with pytest.raises(ValueError, match="a node is 0 to 1023"):
        Ids(clock, node)
