"""Thin HTTP on a local port: health and metrics now, pages and the API later."""
