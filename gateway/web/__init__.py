"""Thin HTTP on a local port: health and metrics, webhooks and pushes, the pages on which calendars are linked."""
