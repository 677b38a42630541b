"""Clients, sub-accounts, authorised senders, app passwords and the audit trail."""
