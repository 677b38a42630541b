"""Schema version 0014: whether a push channel has reached us."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_at", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_push_channel_token", ["token"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("push_channel", schema=None) as batch_op:
        batch_op.drop_index("ix_push_channel_token")
        batch_op.drop_column("heard_at")
