"""Schema version 0011: how the links of carriers are, told by the processes that keep them up."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrier_link",
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=80), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "carrier", "number", name=op.f("pk_carrier_link")),
    )


def downgrade() -> None:
    op.drop_table("carrier_link")
