"""Schema version 0020: how numbers are found in all calendars of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: The order of fields that every calendar started with: it follows that of the account from now on.
_FIRST = '"field_order": ["title", "location", "description"]'
_UNSET = '"field_order": null'


def upgrade() -> None:
    op.create_table(
        "account_reading",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_reading")),
    )
    _reword(_FIRST, _UNSET)


def downgrade() -> None:
    _reword(_UNSET, _FIRST)
    op.drop_table("account_reading")


def _reword(old: str, new: str) -> None:
    kept = sa.table("calendar", sa.column("settings", sa.JSON()))
    reworded = sa.func.replace(sa.cast(kept.c.settings, sa.Text()), old, new)
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.execute(sa.update(kept).values(settings=sa.cast(reworded, sa.JSON()) if on_postgres else reworded))
