"""Schema version 0007: answers by SMS (whose they are, who reads them, how much a STOP silences)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("inbound_id", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "answer_id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index("ix_answer_parked", ["parked_until", "answer_id"], unique=False)

    op.create_table(
        "inbound_number",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_inbound_number")),
        sa.UniqueConstraint("number", name=op.f("uq_inbound_number_number")),
    )
    op.create_table(
        "inbound_seen",
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("carrier_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "carrier_key", name=op.f("pk_inbound_seen")),
    )
    with op.batch_alter_table("inbound_seen", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_seen_at", ["at"], unique=False)

    op.create_table(
        "inbound_sms",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inbound_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("missing_parts", sa.Integer(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "inbound_id", name=op.f("pk_inbound_sms")),
    )
    op.create_table(
        "stop_link",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "recipient", "token", name=op.f("pk_stop_link")),
        sa.UniqueConstraint("token", name=op.f("uq_stop_link_token")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stop_scope", sa.String(), nullable=False, server_default="client"))

    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_sender", ["sender"], unique=False)

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_recipient", ["recipient", "message_id"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.alter_column("stop_scope", server_default=None)

    # what a carrier delivers again while its first delivery waits is known
    op.execute("INSERT INTO inbound_seen SELECT carrier, carrier_key, received_at FROM inbound")
    _remake_suppression("account_id, recipient, '', source, at", sa.Column("voice", sa.String(24), nullable=False))
    op.create_index("ix_suppression_recipient", "suppression", ["recipient"])


def _remake_suppression(kept: str, *voice: sa.Column[str]) -> None:
    """Make the table anew, for its key changes, and put back what it held: ``kept`` of each row."""
    op.execute("CREATE TABLE suppression_before AS SELECT * FROM suppression")
    op.drop_table("suppression")
    op.create_table(
        "suppression",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        *voice,
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "recipient", *(each.name for each in voice), name=op.f("pk_suppression")),
    )
    op.execute(f"INSERT INTO suppression SELECT {kept} FROM suppression_before")  # noqa: S608 - our own words
    op.drop_table("suppression_before")


def downgrade() -> None:
    op.execute("DELETE FROM suppression WHERE voice <> ''")
    op.drop_index("ix_suppression_recipient", "suppression")
    _remake_suppression("account_id, recipient, source, at")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_recipient")

    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_sender")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("stop_scope")

    op.drop_table("stop_link")
    op.drop_table("inbound_sms")
    with op.batch_alter_table("inbound_seen", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_seen_at")

    op.drop_table("inbound_seen")
    op.drop_table("inbound_number")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_parked")

    op.drop_table("answer")
