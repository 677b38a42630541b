"""The whole schema: importing this module brings the tables of every room into one catalogue."""

import gateway.accounts.tables
import gateway.billing.invoice_tables
import gateway.billing.payments.tables
import gateway.billing.selling_tables
import gateway.billing.tables
import gateway.calendar.tables
import gateway.engine.processes
import gateway.engine.vault
import gateway.sms.inbound_tables
import gateway.sms.tables
import gateway.smtp.tables  # noqa: F401 - imported for their tables
from gateway.engine.metadata import METADATA

__all__ = ["METADATA"]
