"""What a client hears without asking: silent calendars, numbers to choose, failures, and the week."""

from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes, policy

from gateway.calendar import calendars
from gateway.calendar.choosing import disable
from gateway.calendar.digest import begin_digests
from gateway.calendar.letters import GATHER, LetterDesk
from gateway.calendar.news import ReminderNews
from gateway.calendar.upkeep import Upkeep
from gateway.calendar.words import FeedFault, LetterKind
from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Sent
from gateway.smtp.written import WrittenLetters
from gateway.wording import read_wording
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, Practice, paris
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)


class Postman:
    """Takes letters, or does not."""

    def __init__(self, *outcomes: MailOutcome) -> None:
        self.letters: list[Letter] = []
        self._outcomes = list(outcomes)

    async def send(self, letter: Letter) -> MailOutcome:
        """Keep it."""
        self.letters.append(letter)
        return self._outcomes.pop(0) if self._outcomes else Sent()

    async def close(self) -> None:
        """Nothing to free."""

    @property
    def texts(self) -> list[str]:
        """Subject and text of each."""
        read = [message_from_bytes(each.content, policy=policy.default) for each in self.letters]
        return [f"{each['Subject']}\n{each.get_content()}" for each in read]


async def post(alice: Practice, clock: StoppedClock, postman: Postman | None = None) -> Sequence[str]:
    """What the client reads once news had time to gather."""
    clock.advance(GATHER)
    carried = postman or Postman()
    await WrittenLetters(alice.engine, carried, read_wording(), "sms.test", LetterDesk()).run_once()
    return carried.texts


async def begin(alice: Practice) -> None:
    """Have her told of her weeks from now on."""
    stamp = alice.engine.stamp()
    await alice.engine.write(lambda connection: begin_digests(connection, stamp, alice.account_id))


async def test_a_calendar_that_cannot_be_read_while_reminders_wait_is_told_once(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(polled=timedelta(minutes=15))
    await server.create(WRITTEN, START)
    await alice.run()
    await server.fail(1_000)
    await alice.until(clock.now() + timedelta(minutes=50))
    await Upkeep(alice.bridge).keep_calendars()
    assert await alice.letters() == []
    await alice.until(clock.now() + timedelta(minutes=50))
    for _ in range(2):
        await Upkeep(alice.bridge).keep_calendars()
    assert await alice.letters() == [LetterKind.CALENDAR_SILENT]
    (text,) = await post(alice, clock)
    assert "Appointments" in text
    assert "injoignable" in text


async def test_a_calendar_that_came_back_and_fell_silent_again_is_told_again(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.run()
    for _ in range(2):
        await alice.change(fault=FeedFault.CALENDAR_GONE)
        await Upkeep(alice.bridge).keep_calendars()
        await alice.poll_now()
    assert await alice.letters() == [LetterKind.CALENDAR_SILENT] * 2


async def test_a_silent_calendar_without_reminders_is_no_news(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await alice.run()
    await alice.change(fault=FeedFault.CALENDAR_GONE)
    await Upkeep(alice.bridge).keep_calendars()
    assert await alice.letters() == []


async def test_which_of_several_numbers_is_right_is_asked_once_in_one_letter(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    for day in range(3):
        await server.create(f"{WRITTEN} ou {OTHER}", START + timedelta(days=day))
    await server.create(f"{WRITTEN} ou {OTHER}", clock.now() - timedelta(hours=1))  # over: nobody need choose
    await alice.run()
    for _ in range(2):
        await Upkeep(alice.bridge).keep_calendars()
    (text,) = await post(alice, clock)
    assert text.count(f"{MOBILE}, +33639985678") == 3
    assert await post(alice, clock) == []


async def test_reminders_that_did_not_go_through_are_told_in_one_letter(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create("Herr Maier +49 1512 3456789", START)
    await server.create("Frau Maier +49 1512 3456780", START)
    await alice.until(DUE)
    await ReminderNews(alice.engine).run_once()
    (text,) = await post(alice, clock)
    assert "Des rappels n'ont pas abouti" in text
    assert text.count("+4915123456") == 2


async def test_a_recipient_who_said_stop_is_no_failure(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.run()
    await alice.say_stop(WRITTEN)
    await alice.until(DUE)
    assert await ReminderNews(alice.engine).run_once() == 1
    assert await post(alice, clock) == []


async def test_news_goes_where_the_calendar_says(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(notify="secretary@alice.example")
    await server.create("Herr Maier +49 1512 3456789", START)
    await alice.until(DUE)
    await ReminderNews(alice.engine).run_once()
    postman = Postman()
    await post(alice, clock, postman)
    assert [each.envelope_to for each in postman.letters] == ["secretary@alice.example"]


async def test_a_letter_that_is_not_taken_is_tried_again(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create("Herr Maier +49 1512 3456789", START)
    await alice.until(DUE)
    await ReminderNews(alice.engine).run_once()
    postman = Postman(NotSent("451"))
    await post(alice, clock, postman)
    clock.advance(timedelta(minutes=5))
    await alice.engine.write(lambda connection: LetterDesk.queue.reap(connection, clock.now()))
    await post(alice, clock, postman)
    first, second = (message_from_bytes(each.content) for each in postman.letters)
    assert first["Message-ID"] == second["Message-ID"]


async def test_once_a_week_the_client_hears_what_became_of_its_reminders(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await begin(alice)
    await server.create(WRITTEN, START)
    await server.create("Herr Maier +49 1512 3456789", START)
    await server.create("Réunion", START + timedelta(days=9))
    await alice.until(paris("2026-11-30T06:59"))
    await Upkeep(alice.bridge).keep_calendars()
    assert await alice.letters() == []
    await alice.until(paris("2026-11-30T07:00"))
    for _ in range(2):
        await Upkeep(alice.bridge).keep_calendars()
    (text,) = await post(alice, clock)
    assert "Envoyés : 1." in text
    assert "Non envoyés, 1 :" in text
    assert "sans numéro à joindre : 1" in text
    await alice.until(paris("2026-12-07T08:00"))
    await Upkeep(alice.bridge).keep_calendars()
    assert len(await alice.letters()) == 0  # a week without anything


async def test_the_weekly_letter_counts_only_events_that_might_have_a_reminder(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(plan="BUSINESS")
    await begin(alice)
    other = MemoryCalendar(calendar_id="other")
    for title in ("Mme Durand", "Tennis #nosms", f"Annulé : {WRITTEN}"):
        await server.create(title, START + timedelta(days=9))
    await other.create("Congés", START + timedelta(days=9))
    key = await alice.add(other)
    await alice.run()
    off = (await alice.engine.read(lambda connection: calendars.by_keys(connection, [key])))[key]
    await alice.engine.write(lambda connection: disable(connection, alice.engine.stamp(), "tests", off))
    clock.set(paris("2026-11-30T07:00"))
    await Upkeep(alice.bridge).keep_calendars()
    (text,) = await post(alice, clock)
    assert "sans numéro à joindre : 1" in text


async def test_a_calendar_that_cannot_be_read_stands_in_every_weekly_letter(
    open_practice: Opening, clock: StoppedClock
) -> None:
    """Nothing else tells of one without reminders; and who sees no events plans none."""
    alice = await open_practice()
    await begin(alice)
    await alice.run()
    told = []
    for monday, fault in (("2026-11-30", "calendar_gone"), ("2026-12-07", "calendar_gone"), ("2026-12-14", None)):
        await alice.change(fault=fault and FeedFault(fault))
        clock.set(paris(f"{monday}T07:00"))
        await Upkeep(alice.bridge).keep_calendars()
        told.append(["Appointments ne peut pas être lu" in each for each in await post(alice, clock)])
    assert told == [[True], [True], []]


async def test_what_was_over_long_ago_is_forgotten(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(keep_days=30)
    await server.create(WRITTEN, START)
    await alice.until(START)
    clock.set(START + timedelta(days=29))
    await Upkeep(alice.bridge).keep_calendars()
    assert len(await alice.events()) == 1
    clock.set(START + timedelta(days=31))
    await Upkeep(alice.bridge).keep_calendars()
    assert (await alice.events(), await alice.reminders()) == ([], [])
