"""The tables of the calendar room.

Of an event they hold number, times, identity and status; what it says only where the wording of its calendar uses it.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.calendar.words import (
    Answer,
    ConnectionState,
    EventStatus,
    FeedFault,
    LetterKind,
    MarkState,
    Provider,
    ReminderState,
)
from gateway.engine.metadata import METADATA, Instant, OneOf, partial_index
from gateway.engine.queue import lease_columns
from gateway.engine.timetable import timetable_columns
from plans.words import Reason

calendar_connection = Table(
    "calendar_connection",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("provider", OneOf(Provider), nullable=False),
    Column("subject", String(320), nullable=False),  # the provider's stable name of the user, or a digest of an address
    Column("label", String(320), nullable=False),  # how the owner recognises it
    Column("scopes", JSON, nullable=False),  # what was granted
    Column("writes", Boolean, nullable=False),  # it is enough to give events another title
    Column("state", OneOf(ConnectionState), nullable=False),
    Column("fault", OneOf(FeedFault)),  # why it needs consent again
    Column("linked_at", Instant, nullable=False),
    Column("listed_at", Instant),  # when its calendars were listed last; null: they are to be
    *timetable_columns(),  # the next poll of any of its calendars
    UniqueConstraint("account_id", "provider", "subject"),
)
Index("ix_calendar_connection_look_at", calendar_connection.c.look_at)

calendar = Table(
    "calendar",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", BigInteger, primary_key=True, autoincrement=False),
    Column("connection_id", BigInteger, nullable=False),
    Column("provider", OneOf(Provider), nullable=False),
    Column("remote_id", String(1024), nullable=False),  # the provider's id of the calendar
    Column("name", String(200), nullable=False),
    Column("zone", String(60), nullable=False),  # IANA
    Column("enabled_at", Instant),  # since when it has reminders; null: it is only listed
    Column("paused", Boolean, nullable=False),  # by the client
    Column("writable", Boolean, nullable=False),  # by the user who linked it, as the provider tells
    Column("common", JSON, nullable=False),  # numbers that sit in most of its events: the practice's own
    Column("settings", JSON, nullable=False),  # a gateway.calendar.settings.CalendarSettings
    Column("version", Integer, nullable=False),  # rises with every change of the settings
    Column("cursor", Text),  # null: the next poll lists everything
    Column("window_start", Instant),  # what the cursor covers
    Column("window_end", Instant),
    Column("next_poll_at", Instant),  # null: it is not polled
    Column("relist_at", Instant),  # when everything is listed anew, so that the window moves on
    Column("poll_s", Integer),  # how often the provider wants to be asked at the most, where it says so
    Column("last_success_at", Instant),
    Column("fault", OneOf(FeedFault)),
    Column("fault_detail", String(80), nullable=False),
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False),  # in a row
    Column("told_at", Instant),  # the client was told of this fault
    Column("unreadable", Integer),  # events that make no sense, when everything was listed last; null: as 0
    Index("ix_calendar_connection_id", "account_id", "connection_id"),
)

account_reading = Table(
    "account_reading",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("settings", JSON, nullable=False),  # a gateway.calendar.settings.Reading, for all its calendars
)

event = Table(
    "event",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", BigInteger, nullable=False),
    Column("remote_id", String(1024), nullable=False),  # the provider's id of this occurrence
    Column("remote_key", String(64), nullable=False),  # its SHA-256: short enough for an index
    Column("uid", String(255), nullable=False),
    Column("original_start", String(20), nullable=False),  # names the occurrence in its series; "" if none
    Column("series_key", String(64), nullable=False),  # SHA-256 of the provider's id of the series; "" if none
    Column("starts_at", Instant, nullable=False),  # local midnight of an all-day event
    Column("ends_at", Instant),
    Column("all_day", Boolean, nullable=False),
    Column("zone", String(60), nullable=False),
    Column("zone_guessed", Boolean, nullable=False),
    Column("status", OneOf(EventStatus), nullable=False),
    Column("booked_at", Instant),  # as the provider tells, else when it appeared; null: before the calendar was linked
    Column("seen_at", Instant, nullable=False),  # when we first saw it
    Column("edited_at", Instant),  # when what a reminder says last changed; null: never since
    Column("revision", String(80), nullable=False),
    Column("gone_at", Instant),  # deleted, or out of the list
    Column("asked_at", Instant),  # the client was asked which number is right
    Column("mark", OneOf(Answer)),  # that stands in its title, or is to; null: none
    Column("mark_state", OneOf(MarkState)),  # null: nothing was ever to be written
    Column("mark_start", Instant),  # the start that was answered to
    Column("number", String(20)),  # E.164; null where there is none, or more than one
    Column("destination", String(2)),  # ISO 3166 of its country or overseas territory
    Column("why", OneOf(Reason)),  # why there is no number
    Column("title_tag", String(4), nullable=False),  # 16 bits of a digest: tells titles apart, and nothing about them
    Column("explanation", JSON, nullable=False),  # how the number was found, in fixed words; no text of the event
    Column("title", Text),  # these three only where the wording of the calendar uses them
    Column("location", Text),
    Column("description", Text),
    UniqueConstraint("account_id", "calendar_id", "remote_key"),
    Index("ix_event_series", "account_id", "calendar_id", "series_key"),
    Index("ix_event_starts_at", "account_id", "calendar_id", "starts_at"),
    Index("ix_event_uid", "account_id", "uid"),
)
partial_index("ix_event_number", event.c.account_id, event.c.number, where=event.c.number.is_not(None))

reminder = Table(
    "reminder",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reminder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("offset_key", String(80), nullable=False),  # names the rule that asks for it
    Column("recipient", String(20), nullable=False),  # E.164; "" where there is none
    Column("start_at", Instant, nullable=False),  # of the event, as this reminder tells it
    Column("due_at", Instant, nullable=False),
    Column("state", OneOf(ReminderState), nullable=False),
    Column("reason", OneOf(Reason)),  # why it waits or was not sent
    Column("round", Integer, nullable=False),  # how often it was refused for what can be undone
    Column("message_id", BigInteger),
    Column("answer", OneOf(Answer)),
    Column("answered_at", Instant),
    Column("version", Integer, nullable=False),  # rises with every change of plan
    Column("settled_at", Instant),  # when it was sent, or settled that it is not
    *timetable_columns(),
    UniqueConstraint("account_id", "calendar_id", "event_id", "offset_key", "recipient"),
    # rows change in place: room on the page
    postgresql_with={"fillfactor": 80},
)
partial_index(
    "ix_reminder_look_at",
    reminder.c.look_at,
    where=reminder.c.look_at.is_not(None),
)
partial_index(
    "ix_reminder_message_id",
    reminder.c.account_id,
    reminder.c.message_id,
    where=reminder.c.message_id.is_not(None),
)

event_mark = Table(
    "event_mark",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mark_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("answer", OneOf(Answer)),  # to be marked; null: the mark is to be taken off
    *lease_columns(),
    UniqueConstraint("account_id", "event_id"),
)
Index("ix_event_mark_parked", event_mark.c.parked_until, event_mark.c.mark_id)

consent_request = Table(
    "consent_request",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(64), primary_key=True),  # SHA-256 of what comes back with the answer; the vault has the rest
    Column("provider", OneOf(Provider), nullable=False),
    Column("writes", Boolean, nullable=False),  # more than reading is asked for
    Column("session", String(64), nullable=False),  # SHA-256 of the browser's session; "" where none is bound
    Column("expires_at", Instant, nullable=False),
    UniqueConstraint("state"),
)
Index("ix_consent_request_expires_at", consent_request.c.expires_at)

push_channel = Table(
    "push_channel",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("calendar_id", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),  # what we call it towards the provider
    Column("remote_name", String(200), nullable=False),  # the provider's own id of it; "" where it is ours
    Column("resource_id", String(400), nullable=False),
    Column("token", String(64), nullable=False),  # SHA-256 of what every message has to bring along
    Column("expires_at", Instant, nullable=False),
    Column("renew_at", Instant, nullable=False),
    Column("heard_at", Instant),  # when the provider first reached us over it; null: it does not count yet
    UniqueConstraint("name"),
    Index("ix_push_channel_calendar_id", "account_id", "calendar_id"),
    Index("ix_push_channel_remote_name", "remote_name"),
    Index("ix_push_channel_token", "token"),
)

calendar_release = Table(
    "calendar_release",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("release_id", BigInteger, primary_key=True, autoincrement=False),
    Column("provider", OneOf(Provider), nullable=False),
    Column("subject", String(320), nullable=False),  # the provider's name of the user
    Column("revokes", Boolean, nullable=False),  # the access is given back; its secret is in the vault until then
    Column("channels", JSON, nullable=False),  # to be closed: the provider's two names of each
    Column("asked_at", Instant, nullable=False),
    *lease_columns(),
)
Index("ix_calendar_release_parked", calendar_release.c.parked_until, calendar_release.c.release_id)

calendar_digest = Table(
    "calendar_digest",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("told_to", Instant, nullable=False),  # everything up to here was told
)

calendar_letter = Table(
    "calendar_letter",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("letter_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(LetterKind), nullable=False),
    Column("recipient", String(320)),  # null: where the account is written to
    Column("facts", JSON, nullable=False),
    Column("written_at", Instant, nullable=False),
    *lease_columns(),
)
Index("ix_calendar_letter_parked", calendar_letter.c.parked_until, calendar_letter.c.written_at)
