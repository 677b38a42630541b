"""The commercial rules: what a client may do and what it costs, as pure functions over plain values."""
