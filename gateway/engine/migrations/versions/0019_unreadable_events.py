"""Schema version 0019: how many events of a calendar make no sense."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unreadable", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.drop_column("unreadable")
