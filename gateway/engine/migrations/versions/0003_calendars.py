"""Schema version 0003: calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(length=1024), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("enabled_at", sa.BigInteger(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("common", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("window_start", sa.BigInteger(), nullable=True),
        sa.Column("window_end", sa.BigInteger(), nullable=True),
        sa.Column("next_poll_at", sa.BigInteger(), nullable=True),
        sa.Column("relist_at", sa.BigInteger(), nullable=True),
        sa.Column("poll_s", sa.Integer(), nullable=True),
        sa.Column("last_success_at", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("fault_detail", sa.String(length=80), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "calendar_id", name=op.f("pk_calendar")),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_connection_id", ["account_id", "connection_id"], unique=False)

    op.create_table(
        "calendar_connection",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("label", sa.String(length=320), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "connection_id", name=op.f("pk_calendar_connection")),
        sa.UniqueConstraint(
            "account_id", "provider", "subject", name=op.f("uq_calendar_connection_account_id_provider_subject")
        ),
    )
    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_connection_look_at", ["look_at"], unique=False)

    op.create_table(
        "calendar_letter",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("letter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "letter_id", name=op.f("pk_calendar_letter")),
    )
    with op.batch_alter_table("calendar_letter", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_letter_parked", ["parked_until", "written_at"], unique=False)

    op.create_table(
        "consent_request",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "state", name=op.f("pk_consent_request")),
        sa.UniqueConstraint("state", name=op.f("uq_consent_request_state")),
    )
    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.create_index("ix_consent_request_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "event",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.String(length=1024), nullable=False),
        sa.Column("remote_key", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("original_start", sa.String(length=20), nullable=False),
        sa.Column("series_key", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("zone_guessed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.String(length=80), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("title_tag", sa.String(length=4), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "event_id", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "account_id", "calendar_id", "remote_key", name=op.f("uq_event_account_id_calendar_id_remote_key")
        ),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_series", ["account_id", "calendar_id", "series_key"], unique=False)
        batch_op.create_index("ix_event_starts_at", ["account_id", "calendar_id", "starts_at"], unique=False)
        batch_op.create_index("ix_event_uid", ["account_id", "uid"], unique=False)

    op.create_table(
        "push_channel",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("remote_name", sa.String(length=200), nullable=False),
        sa.Column("resource_id", sa.String(length=400), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "channel_id", name=op.f("pk_push_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_push_channel_name")),
    )
    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.create_index("ix_push_channel_calendar_id", ["account_id", "calendar_id"], unique=False)
        batch_op.create_index("ix_push_channel_look_at", ["look_at"], unique=False)
        batch_op.create_index("ix_push_channel_remote_name", ["remote_name"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("offset_key", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "reminder_id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "account_id",
            "calendar_id",
            "event_id",
            "offset_key",
            "recipient",
            name=op.f("uq_reminder_account_id_calendar_id_event_id_offset_key_recipient"),
        ),
        postgresql_with={"fillfactor": 80},
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_look_at",
            ["look_at"],
            unique=False,
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )
        batch_op.create_index("ix_reminder_message_id", ["account_id", "message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index("ix_reminder_message_id")
        batch_op.drop_index(
            "ix_reminder_look_at",
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )

    op.drop_table("reminder")
    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.drop_index("ix_push_channel_remote_name")
        batch_op.drop_index("ix_push_channel_look_at")
        batch_op.drop_index("ix_push_channel_calendar_id")

    op.drop_table("push_channel")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_uid")
        batch_op.drop_index("ix_event_starts_at")
        batch_op.drop_index("ix_event_series")

    op.drop_table("event")
    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.drop_index("ix_consent_request_expires_at")

    op.drop_table("consent_request")
    with op.batch_alter_table("calendar_letter", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_letter_parked")

    op.drop_table("calendar_letter")
    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_connection_look_at")

    op.drop_table("calendar_connection")
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_connection_id")

    op.drop_table("calendar")
