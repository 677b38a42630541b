"""Carriers over HTTP: what differs between providers is pure and one file each, what acts is written once."""
