"""Marketing waits for its window, and the client is told until when."""

from datetime import UTC, datetime

import pytest

from gateway.sms.words import MessageState
from plans.words import Reason
from tests.clock import StoppedClock
from tests.stories.gateway import Gateway, Sender
from tests.waiting import eventually

FRIDAY_20_00 = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # in Paris
SATURDAY_10_00 = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


async def test_marketing_on_friday_evening_is_held_until_saturday_at_ten(
    gateway: Gateway, alice: Sender, clock: StoppedClock
) -> None:
    clock.set(FRIDAY_20_00)
    await alice.send("Soldes ! STOP au 36180", "0639981234+marketing")
    letter = await gateway.letter(alice.address)
    (message,) = await gateway.messages()
    assert (message.state, message.reason, message.held_until) == (
        MessageState.HELD,
        Reason.OUTSIDE_WINDOW,
        SATURDAY_10_00,
    )
    assert "held until" in letter.get_content()
    assert await gateway.phone() == []

    clock.set(SATURDAY_10_00)
    await eventually(gateway.phone)
    await gateway.at_rest()
    (message,) = await gateway.messages()
    assert message.state is MessageState.DELIVERED


@pytest.mark.parametrize(
    ("accepted", "leaves"),
    [
        (datetime(2026, 12, 24, 19, 0, tzinfo=UTC), datetime(2026, 12, 26, 9, 0, tzinfo=UTC)),  # Christmas
        (datetime(2027, 3, 27, 19, 30, tzinfo=UTC), datetime(2027, 3, 30, 6, 0, tzinfo=UTC)),  # Easter, summer time
    ],
)
async def test_marketing_before_a_holiday_is_held_until_the_next_opening(
    accepted: datetime, leaves: datetime, gateway: Gateway, alice: Sender, clock: StoppedClock
) -> None:
    clock.set(accepted)
    await alice.send("Soldes ! STOP au 36180", "0639981234+marketing")
    (message,) = await eventually(gateway.messages)
    assert (message.state, message.held_until) == (MessageState.HELD, leaves)


async def test_an_alert_leaves_at_any_hour(gateway: Gateway, alice: Sender, clock: StoppedClock) -> None:
    clock.set(FRIDAY_20_00)
    await alice.send("Alarme", "0639981234")
    await eventually(gateway.phone)
