"""Mail in (listener, spool, mail to text) and mail back (notices)."""
