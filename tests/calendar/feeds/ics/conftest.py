"""The CalDAV server that feeds are tried on."""

from tests.peers.fixtures import radicale

__all__ = ["radicale"]
