"""Schema version 0016: every STOP and START as a row for the calendars, and the events of a number."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppression_change",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "change_id", name=op.f("pk_suppression_change")),
    )
    with op.batch_alter_table("suppression_change", schema=None) as batch_op:
        batch_op.create_index("ix_suppression_change_parked", ["parked_until", "change_id"], unique=False)

    only = sa.text("number IS NOT NULL")
    op.create_index("ix_event_number", "event", ["account_id", "number"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    op.drop_index("ix_event_number", table_name="event")
    with op.batch_alter_table("suppression_change", schema=None) as batch_op:
        batch_op.drop_index("ix_suppression_change_parked")

    op.drop_table("suppression_change")
