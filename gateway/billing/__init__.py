"""Credit lots, charges, refunds and the append-only ledger."""
