"""Invoices and credit notes as documents: electronic (Factur-X), printable (PDF/A-3) and their consumption detail."""
