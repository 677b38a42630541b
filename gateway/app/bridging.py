"""The calendar bridge in the service: the feeds that can be read here, and the loops that work on calendars."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from gateway.app.catalogue import billing_rules
from gateway.app.linked_calendars import linkable, push_address
from gateway.calendar.answers import ReminderAnswers
from gateway.calendar.bridge import Bridge
from gateway.calendar.connections import TOPIC as CALENDARS_TOPIC
from gateway.calendar.due import Due
from gateway.calendar.feeds.ics.shared import IcsFeeds
from gateway.calendar.marking import TOPIC as MARKS_TOPIC
from gateway.calendar.news import ReminderNews
from gateway.calendar.polling import Pace
from gateway.calendar.releases import TOPIC as RELEASES_TOPIC
from gateway.calendar.releasing import Releasing
from gateway.calendar.reminders import TOPIC as REMINDERS_TOPIC
from gateway.calendar.silencing import Silencing
from gateway.calendar.sync import Sync
from gateway.calendar.words import Provider
from gateway.calendar.write_back import WriteBack
from gateway.engine.database import Engine
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from gateway.sms.answers import TOPICS as ANSWER_TOPICS
from gateway.sms.notices import TOPIC as NOTICES_TOPIC
from gateway.sms.policy import Rules
from gateway.sms.stop_changes import TOPIC as STOP_TOPIC
from gateway.sms.words import Reader
from gateway.worker.loops import Task

_SYNCS = 4  # loops that poll, each a few connections at a time


@contextlib.asynccontextmanager
async def bridged(engine: Engine, settings: Settings, rules: Rules) -> AsyncIterator[Bridge]:
    """Open the feeds; published files and CalDAV need no setting up, Google and Outlook an application there."""
    files = IcsFeeds(settings.calendars.private_servers, engine.clock.now)
    async with linkable(settings, engine.clock) as found:
        try:
            yield Bridge(
                engine,
                open_vault(settings.data_dir),
                {**files.feeds, **found.feeds},
                rules,
                billing_rules(settings),
                _pace(settings),
                consents={each: doors.consent for each, doors in found.doors.items()},
                push_addresses={each: address for each in Provider if (address := push_address(settings, each))},
            )
        finally:
            await files.close()


def calendar_tasks(bridge: Bridge) -> list[Task]:
    """The loops: polls side by side, what is due in two turns, and news of what did not go through."""
    return [
        *(Task(f"calendars {each}", CALENDARS_TOPIC, Sync(bridge).run_once) for each in range(_SYNCS)),
        *(Task(f"reminders {each}", REMINDERS_TOPIC, Due(bridge).run_once) for each in ("a", "b")),
        Task("reminder answers", ANSWER_TOPICS[Reader.CALENDAR], ReminderAnswers(bridge).run_once),
        Task("reminders of phones that said STOP", STOP_TOPIC, Silencing(bridge).run_once),
        Task("event marks", MARKS_TOPIC, WriteBack(bridge).run_once),
        Task("calendar releases", RELEASES_TOPIC, Releasing(bridge).run_once),
        Task("reminder news", NOTICES_TOPIC, ReminderNews(bridge.engine).run_once),
    ]


def _pace(settings: Settings) -> Pace:
    usual = timedelta(minutes=settings.calendars.poll_min)
    return Pace(google=usual, outlook=usual, caldav=usual, ics=usual)
