"""The feeds: one port, and an adapter for each kind of calendar that can be linked."""
