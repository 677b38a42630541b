"""The window gives out its places in order, closes when the carrier throttles, and loses none of them."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.window import Window


async def test_places_are_given_in_the_order_of_asking() -> None:
    window, order = Window(1), list[str]()

    async def use(name: str) -> None:
        place = await window.take(30)
        assert place is not None
        order.append(name)
        await asyncio.sleep(0)
        window.give_back(place)

    await asyncio.gather(*(use(each) for each in "abcde"))
    assert (order, window.taken) == (list("abcde"), 0)


async def test_there_are_never_more_out_than_its_size() -> None:
    window, most = Window(3), 0

    async def use() -> None:
        nonlocal most
        place = await window.take(30)
        most = max(most, window.taken)
        await asyncio.sleep(0)
        assert place is not None
        window.give_back(place)

    await asyncio.gather(*(use() for _ in range(20)))
    assert most == 3


async def test_who_waits_too_long_gets_none_and_holds_none() -> None:
    window = Window(1)
    first = await window.take(30)
    assert first is not None
    assert await window.take(0.01) is None
    window.give_back(first)
    assert await window.take(30) is not None
    assert window.taken == 1


async def test_who_is_cancelled_holds_none_even_when_the_place_had_just_come() -> None:
    window = Window(1)
    first = await window.take(30)
    assert first is not None
    waiting = asyncio.create_task(window.take(30))
    await asyncio.sleep(0)
    window.give_back(first)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert window.taken == 0
    abandoned = asyncio.create_task(window.take(30))
    assert await abandoned is not None


async def test_throttling_halves_the_window_once_for_all_that_was_under_way() -> None:
    window = Window(8)
    places = [await window.take(30) for _ in range(8)]
    for place in places:
        assert place is not None
        window.throttle(place)
    assert (window.limit, window.taken) == (4, 0)


async def test_while_it_is_closed_no_place_is_given_out() -> None:
    window = Window(8)
    place = await window.take(30)
    assert place is not None
    window.throttle(place)
    assert await window.take(0.01) is None


async def test_it_opens_again_by_itself() -> None:
    window = Window(2, first_pause_s=0.01)
    place = await window.take(30)
    assert place is not None
    window.throttle(place)
    assert await window.take(30) is not None
    assert window.limit == 1


async def test_answers_that_are_well_widen_it_to_its_size_and_no_further() -> None:
    window = Window(2, first_pause_s=0.01)
    place = await window.take(30)
    assert place is not None
    window.throttle(place)
    for _ in range(5):
        place = await window.take(30)
        assert place is not None
        window.give_back(place)
    assert window.limit == 2


async def test_a_rate_spaces_places_out() -> None:
    window, loop = Window(10, rate_per_s=100), asyncio.get_running_loop()
    since = loop.time()
    for _ in range(4):
        assert await window.take(30) is not None
    assert loop.time() - since >= 0.03


async def test_closed_it_gives_none_and_says_so_to_who_waits() -> None:
    window = Window(1)
    assert await window.take(30) is not None
    waiting = asyncio.create_task(window.take(30))
    await asyncio.sleep(0)
    window.close()
    assert (await waiting, await window.take(30)) == (None, None)


async def test_closed_while_throttled_it_leaves_no_timer_behind() -> None:
    window = Window(1)
    place = await window.take(30)
    assert place is not None
    window.throttle(place)
    waiting = asyncio.create_task(window.take(30))
    await asyncio.sleep(0)
    window.close()
    assert await waiting is None


async def test_it_is_idle_when_every_place_is_back() -> None:
    window = Window(2)
    place = await window.take(30)
    assert place is not None
    idle = asyncio.create_task(window.idle())
    await asyncio.sleep(0)
    assert not idle.done()
    window.give_back(place)
    await idle


@given(st.lists(st.sampled_from(["take", "give", "throttle", "cancel"]), max_size=60), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_whatever_happens_places_are_counted_right(steps: list[str], size: int) -> None:
    async def play() -> None:
        window, out, waiting = Window(size), list[int](), list[asyncio.Task[int | None]]()
        for step in steps:
            if step == "take":
                waiting.append(asyncio.create_task(window.take(30)))
            elif step == "cancel" and waiting:
                waiting.pop().cancel()
            elif out and step in {"give", "throttle"}:
                (window.give_back if step == "give" else window.throttle)(out.pop())
            await asyncio.sleep(0)
            for task in [each for each in waiting if each.done()]:
                waiting.remove(task)
                place = task.result()
                assert place is not None
                out.append(place)
            assert window.taken == len(out) <= size
        window.close()
        assert await asyncio.gather(*waiting) == [None] * len(waiting)

    asyncio.run(play())
