"""Schema version 0008: calendar_upkeep."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_digest",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("told_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_digest")),
    )
    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("calendar_letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recipient", sa.String(length=320), nullable=True))

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renew_at", sa.BigInteger(), nullable=False))
        batch_op.drop_index(batch_op.f("ix_push_channel_look_at"))
        batch_op.drop_column("attempts")
        batch_op.drop_column("claim_epoch")
        batch_op.drop_column("look_at")
        batch_op.drop_column("claimed_by")


def downgrade() -> None:
    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_by", sa.BIGINT(), nullable=True))
        batch_op.add_column(sa.Column("look_at", sa.BIGINT(), nullable=True))
        batch_op.add_column(sa.Column("claim_epoch", sa.INTEGER(), nullable=False))
        batch_op.add_column(sa.Column("attempts", sa.INTEGER(), nullable=False))
        batch_op.create_index(batch_op.f("ix_push_channel_look_at"), ["look_at"], unique=False)
        batch_op.drop_column("renew_at")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("asked_at")

    with op.batch_alter_table("calendar_letter", schema=None) as batch_op:
        batch_op.drop_column("recipient")

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_column("listed_at")

    op.drop_table("calendar_digest")
