"""The durable core: database, group-commit writer, work queues, clock, identifiers, vault, migrations."""
