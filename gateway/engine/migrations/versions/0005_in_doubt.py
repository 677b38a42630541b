"""Schema version 0005: in_doubt."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_part",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("carrier_ref", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "message_id", "number", name=op.f("pk_message_part")),
    )
    with op.batch_alter_table("message_part", schema=None) as batch_op:
        batch_op.create_index("ix_message_part_carrier_ref", ["carrier", "carrier_ref"], unique=False)

    with op.batch_alter_table("early_receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("recipient", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("echo", sa.Integer(), nullable=True))
        batch_op.create_index("ix_early_receipt_at", ["carrier", "at"], unique=False)

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("useless_after", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_message_in_doubt",
            ["carrier", "recipient"],
            unique=False,
            sqlite_where=sa.text("reason = 'carrier_silent'"),
            postgresql_where=sa.text("reason = 'carrier_silent'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_in_doubt",
            sqlite_where=sa.text("reason = 'carrier_silent'"),
            postgresql_where=sa.text("reason = 'carrier_silent'"),
        )
        batch_op.drop_column("useless_after")
        batch_op.drop_column("resent")

    with op.batch_alter_table("early_receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_early_receipt_at")
        batch_op.drop_column("echo")
        batch_op.drop_column("recipient")
        batch_op.drop_column("reference")

    with op.batch_alter_table("message_part", schema=None) as batch_op:
        batch_op.drop_index("ix_message_part_carrier_ref")

    op.drop_table("message_part")
