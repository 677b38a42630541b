"""Plays a scenario on a scratch database under a clock of its own: what clients would be invoiced, to the cent."""
