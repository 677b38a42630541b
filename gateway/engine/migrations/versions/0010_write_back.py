"""Schema version 0010: answers are marked in events, where their owner lets us write."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_mark",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("calendar_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "mark_id", name=op.f("pk_event_mark")),
        sa.UniqueConstraint("account_id", "event_id", name=op.f("uq_event_mark_account_id_event_id")),
    )
    with op.batch_alter_table("event_mark", schema=None) as batch_op:
        batch_op.create_index("ix_event_mark_parked", ["parked_until", "mark_id"], unique=False)

    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.add_column(sa.Column("writable", sa.Boolean(), nullable=False, server_default=sa.true()))

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("writes", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("writes", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("mark_state", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("mark_start", sa.BigInteger(), nullable=True))

    for table, column in (("calendar", "writable"), ("calendar_connection", "writes"), ("consent_request", "writes")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)

    # a password opens a CalDAV server for everything; a published file can only be read
    op.execute(sa.text("UPDATE calendar_connection SET writes = :yes WHERE provider = 'caldav'").bindparams(yes=True))
    op.execute(sa.text("UPDATE calendar SET writable = :no WHERE provider = 'ics'").bindparams(no=False))


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("mark_start")
        batch_op.drop_column("mark_state")
        batch_op.drop_column("mark")

    with op.batch_alter_table("consent_request", schema=None) as batch_op:
        batch_op.drop_column("writes")

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_column("writes")

    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_column("writable")

    with op.batch_alter_table("event_mark", schema=None) as batch_op:
        batch_op.drop_index("ix_event_mark_parked")

    op.drop_table("event_mark")
