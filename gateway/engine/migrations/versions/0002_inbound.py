"""Schema version 0002: inbound."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inbound_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("carrier_key", sa.String(length=80), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("piece_group", sa.Integer(), nullable=True),
        sa.Column("piece_count", sa.Integer(), nullable=True),
        sa.Column("piece_number", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "inbound_id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("carrier", "carrier_key", name=op.f("uq_inbound_carrier_carrier_key")),
    )


def downgrade() -> None:
    op.drop_table("inbound")
