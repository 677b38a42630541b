"""Schema version 0009: what people sent and STOP links are kept for a time, and found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbound_sms", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_sms_received_at", ["received_at"], unique=False)
        batch_op.create_index("ix_inbound_sms_sender", ["account_id", "sender", "inbound_id"], unique=False)

    with op.batch_alter_table("stop_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE stop_link SET sent_at = coalesce((SELECT max(message.created_at) FROM message WHERE"
        " message.account_id = stop_link.account_id AND message.recipient = stop_link.recipient), 0)"
    )
    with op.batch_alter_table("stop_link", schema=None) as batch_op:
        batch_op.alter_column("sent_at", existing_type=sa.BigInteger(), nullable=False)
        batch_op.create_index("ix_stop_link_sent_at", ["sent_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stop_link", schema=None) as batch_op:
        batch_op.drop_index("ix_stop_link_sent_at")
        batch_op.drop_column("sent_at")

    with op.batch_alter_table("inbound_sms", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_sms_sender")
        batch_op.drop_index("ix_inbound_sms_received_at")
