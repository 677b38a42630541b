"""SMPP 3.4 as a client: codec, session, link, and the carrier that stands on them."""
