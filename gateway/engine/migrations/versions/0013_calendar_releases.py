"""Schema version 0013: what providers are still to be told when calendars are let go."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_release",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("revokes", sa.Boolean(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "release_id", name=op.f("pk_calendar_release")),
    )
    with op.batch_alter_table("calendar_release", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_release_parked", ["parked_until", "release_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("calendar_release", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_release_parked")

    op.drop_table("calendar_release")
