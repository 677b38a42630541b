"""Schema version 0018: which characters stand in for others in a message."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_replacement",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("replaced", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_message_replacement")),
    )


def downgrade() -> None:
    op.drop_table("message_replacement")
