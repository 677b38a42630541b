"""Schema version 0012: the destination of an event's number is kept with it."""

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("destination", sa.String(length=2), nullable=True))
    connection = op.get_bind()
    event = sa.table("event", *(sa.column(name) for name in ("account_id", "event_id", "number", "destination")))
    numbered = sa.select(event.c.account_id, event.c.event_id, event.c.number).where(event.c.number.is_not(None))
    regions = [
        # A number of fiction belongs to no region that the library knows.
        {"account": account_id, "event": event_id, "region": _region(number) or "FR"}
        for account_id, event_id, number in connection.execute(numbered).all()
    ]
    this = (event.c.account_id == sa.bindparam("account"), event.c.event_id == sa.bindparam("event"))
    if regions:
        connection.execute(sa.update(event).where(*this).values(destination=sa.bindparam("region")), regions)


def _region(number: str) -> str | None:
    return phonenumbers.region_code_for_number(phonenumbers.parse(number))


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("destination")
