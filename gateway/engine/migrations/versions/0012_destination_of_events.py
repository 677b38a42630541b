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
    event = sa.table("event", sa.column("number", sa.String), sa.column("destination", sa.String))
    known = sa.select(event.c.number).where(event.c.number.is_not(None)).distinct()
    for number in connection.execute(known).scalars().all():
        # A number of fiction belongs to no region that the library knows.
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or "FR"
        connection.execute(sa.update(event).where(event.c.number == number).values(destination=region))


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("destination")
