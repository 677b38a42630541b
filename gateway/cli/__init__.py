"""The command line: commands on a terminal, JSON for programs."""


def main() -> None:
    """Run the ``gateway`` command."""
    from gateway.cli.program import program  # late, so that importing the package costs nothing

    program()
