"""The tables of the sms room."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint

from gateway.accounts.words import Notify
from gateway.engine.metadata import METADATA, Instant, Numbers, OneOf, partial_index
from gateway.engine.queue import lease_columns
from gateway.sms.words import Alphabet, MessageState, News
from plans.words import MessageClass, Origin, Reason

intake = Table(
    "intake",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", OneOf(Origin), primary_key=True),
    Column("dedup_key", String(64), primary_key=True),
    Column("message_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_intake_at", "at"),
)

message = Table(
    "message",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("payer_id", BigInteger, nullable=False),  # the account whose lots are drawn
    Column("origin", OneOf(Origin), nullable=False),
    Column("origin_id", BigInteger, nullable=False),  # the mail, reminder or call it came from
    Column("sender_id", BigInteger, nullable=False),  # the authorised sender, 0 where there is none
    Column("message_class", OneOf(MessageClass), nullable=False),
    Column("state", OneOf(MessageState), nullable=False),
    Column("reason", OneOf(Reason)),
    Column("recipient", String(20), nullable=False),  # E.164, or as it was written where it is no number
    Column("destination", String(2)),  # ISO 3166 of the country or overseas territory
    Column("display", String(16)),  # the sender ID shown on the phone
    Column("body", Text, nullable=False),
    Column("alphabet", OneOf(Alphabet)),
    Column("parts", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("lot_ids", Numbers, nullable=False),  # the lots charged, in the order drawn
    Column("notify", OneOf(Notify), nullable=False),
    Column("held_until", Instant),
    Column("carrier", String(20)),
    Column("carrier_ref", String(80)),  # of the first part, where each has its own
    Column("carrier_code", String(20)),
    Column("resent", Boolean, nullable=False, default=False),  # handed over twice: the first time is in doubt
    Column("useless_after", Instant),  # what has not left by then does not leave any more
    Column("created_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("finished_at", Instant),
    Index("ix_message_origin_id", "account_id", "origin_id"),
    Index("ix_message_recipient", "recipient", "message_id"),  # whom an answer answers
)
partial_index(
    "ix_message_carrier_ref",
    message.c.carrier,
    message.c.carrier_ref,
    where=message.c.carrier_ref.is_not(None),
)
partial_index(
    "ix_message_in_doubt",
    message.c.carrier,
    message.c.recipient,
    where=message.c.reason == Reason.CARRIER_SILENT.value,
)

#: Characters of what is told about replacements.
MOST_REPLACED = 200

message_replacement = Table(  # of messages that show other characters than were written, to have fewer parts
    "message_replacement",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("replaced", String(MOST_REPLACED), nullable=False),
)

message_part = Table(  # of messages whose parts have receipts of their own
    "message_part",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("carrier", String(20), nullable=False),
    Column("carrier_ref", String(80), nullable=False),
    Column("state", OneOf(MessageState)),  # null until its receipt comes
    Column("code", String(20)),
    Column("told_at", Instant),
    Index("ix_message_part_carrier_ref", "carrier", "carrier_ref"),
)

job = Table(
    "job",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", String(40), nullable=False),  # carrier and class: one slow lane never blocks another
    Column("fair_tag", BigInteger, nullable=False),
    *lease_columns(),
    # rows change in place and go soon: room on the page, and vacuum before the dead outnumber the living
    postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.01, "autovacuum_vacuum_cost_delay": 0},
)
partial_index(
    "ix_job_ready",
    job.c.lane,
    job.c.fair_tag,
    where=job.c.parked_until.is_(None),
)
partial_index(
    "ix_job_parked",
    job.c.parked_until,
    where=job.c.parked_until.is_not(None),
)

lane = Table(
    "lane",
    METADATA,
    Column("lane", String(40), primary_key=True),
    Column("rate_per_s", Float),  # null is as fast as the carrier takes them
    Column("paused", Boolean, nullable=False),
    Column("spent_until", Instant),  # the rate is used up to this instant
)

circuit = Table(  # of carriers that have failed
    "circuit",
    METADATA,
    Column("carrier", String(20), primary_key=True),
    Column("failures", Integer, nullable=False),  # in a row
    Column("open_until", Instant),  # nothing is handed over before
)

carrier_link = Table(  # how the links of carriers are, as the process that keeps them up says
    "carrier_link",
    METADATA,
    Column("node", Integer, primary_key=True, autoincrement=False),  # of the process
    Column("carrier", String(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("bind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("why", String(80), nullable=False),
    Column("since", Instant, nullable=False),  # it has been bound, or has not
    Column("failure", String(80), nullable=False),  # the last
    Column("failed_at", Instant),
    Column("taken", Integer, nullable=False),  # places of its window
    Column("places", Integer, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

daily_count = Table(
    "daily_count",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sender_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),  # the account's local date
    Column("messages", Integer, nullable=False),
)

suppression = Table(
    "suppression",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("recipient", String(20), primary_key=True),
    Column("voice", String(24), primary_key=True, default=""),  # ``facts.voice_of``; empty silences the whole client
    Column("source", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_suppression_recipient", "recipient"),
)

suppression_change = Table(  # who may be written to again, or no more: until the rooms that plan ahead have taken it in
    "suppression_change",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("change_id", BigInteger, primary_key=True, autoincrement=False),
    Column("recipient", String(20), nullable=False),
    *lease_columns(),
)
Index("ix_suppression_change_parked", suppression_change.c.parked_until, suppression_change.c.change_id)

notice = Table(
    "notice",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("notice_id", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", OneOf(Origin), nullable=False),
    Column("origin_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),  # 0 where the whole mail is meant
    Column("news", OneOf(News), nullable=False),
    Column("reason", OneOf(Reason)),
    Column("created_at", Instant, nullable=False),
    *lease_columns(),
)
Index("ix_notice_parked", notice.c.parked_until, notice.c.created_at)

early_receipt = Table(
    "early_receipt",
    METADATA,
    Column("carrier", String(20), primary_key=True),
    Column("carrier_ref", String(80), primary_key=True),
    Column("state", OneOf(MessageState), nullable=False),
    Column("code", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reference", String(40)),  # ours, where the network gives it back
    Column("recipient", String(20)),
    Column("echo", Integer),
    Index("ix_early_receipt_at", "carrier", "at"),
)

inbound = Table(  # what people sent, as it came; a row goes when it has been understood
    "inbound",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),  # 0: nobody knows yet whose it is
    Column("inbound_id", BigInteger, primary_key=True, autoincrement=False),
    Column("carrier", String(20), nullable=False),
    Column("carrier_key", String(80), nullable=False),  # the carrier's own name of it
    Column("sender", String(20), nullable=False),  # as the carrier writes it, and so the next
    Column("recipient", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("piece_group", Integer),  # null where it is whole
    Column("piece_count", Integer),
    Column("piece_number", Integer),
    Column("sent_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    *lease_columns(),
    UniqueConstraint("carrier", "carrier_key"),
    Index("ix_inbound_sender", "sender"),
)

sandbox_sms = Table(
    "sandbox_sms",
    METADATA,
    Column("reference", String(80), primary_key=True),  # ours: sending it twice is one SMS
    Column("recipient", String(20), nullable=False),
    Column("display", String(16)),
    Column("body", Text, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("receipt_state", OneOf(MessageState), nullable=False),  # by the rule of the number
    Column("receipt_due_at", Instant),  # null once the receipt was taken
)
partial_index(
    "ix_sandbox_sms_receipt_due_at",
    sandbox_sms.c.receipt_due_at,
    where=sandbox_sms.c.receipt_due_at.is_not(None),
)
