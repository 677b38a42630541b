"""``python -m tests.peers.graph --port 0 --certificate server.pem``: prints its port, serves until standard input ends.

The certificate, with its key in the same file, is one of ``localhost``: Microsoft's library takes no authority by http.
"""

from tests.peers.graph.app import create_app
from tests.peers.stage.serving import arguments, serve

given = arguments("--certificate")
serve(given.port, create_app, given.certificate, "localhost")
