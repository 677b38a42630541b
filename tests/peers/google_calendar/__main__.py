"""``python -m tests.peers.google_calendar --port 0``: prints its port and serves until standard input ends."""

from tests.peers.google_calendar.app import create_app
from tests.peers.stage.serving import arguments, serve

serve(arguments().port, create_app)
