"""How a migration runs: on the connection and towards the tables that ``gateway.engine.migration`` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=context.config.attributes["metadata"]
)
with context.begin_transaction():
    context.run_migrations()
