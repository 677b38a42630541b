"""``python -m gateway``: the command line without its installed name."""

from gateway.cli import main

main()
