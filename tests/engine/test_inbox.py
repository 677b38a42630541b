"""What is handed in is taken group by group, and nothing is forgotten."""

from gateway.engine.inbox import GROUP_LIMIT, Inbox
from tests.engine.groups import taken, work


async def test_what_is_too_much_for_one_group_is_left_for_the_next(inbox: Inbox) -> None:
    for number in range(GROUP_LIMIT + 1):
        inbox.put(work(), urgent=number % 2 == 0)
    inbox.ring()
    assert [await taken(inbox), await taken(inbox)] == [GROUP_LIMIT, 1]


async def test_a_closed_inbox_gives_out_what_it_holds_and_then_nothing(inbox: Inbox) -> None:
    inbox.put(work(), urgent=False)
    inbox.close()
    assert [await taken(inbox), await taken(inbox)] == [1, 0]
