"""Schema version 0004: frozen papers (the particulars of invoices, the texts of accepted terms)."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms_text",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_terms_text")),
    )
    with op.batch_alter_table("billing_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accepted_digest", sa.String(length=64), nullable=True))

    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("particulars", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_column("particulars")

    with op.batch_alter_table("billing_profile", schema=None) as batch_op:
        batch_op.drop_column("accepted_digest")

    op.drop_table("terms_text")
