"""Schema version 0015: no index holds messages that no carrier has named yet, nor reminders without a message."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_anew("message", "carrier_ref", ["carrier", "carrier_ref"], sa.text("carrier_ref IS NOT NULL"))
    _make_anew("reminder", "message_id", ["account_id", "message_id"], sa.text("message_id IS NOT NULL"))


def downgrade() -> None:
    _make_anew("message", "carrier_ref", ["carrier", "carrier_ref"], None)
    _make_anew("reminder", "message_id", ["account_id", "message_id"], None)


def _make_anew(table: str, named: str, columns: Sequence[str], where: sa.TextClause | None) -> None:
    name = f"ix_{table}_{named}"
    op.drop_index(name, table_name=table)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
