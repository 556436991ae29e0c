"""The command ``inspection-service``. Solving an instance needs nothing of the service, whose import takes seconds."""

import sys

from inspection_service.assembly.cli import COMMAND, cli


def main() -> None:
    """Run the solver alone, or the service's own command line."""
    if sys.argv[1:2] == [COMMAND]:
        cli(sys.argv[2:], prog_name=f"inspection-service {COMMAND}")
    else:
        from inspection_service.main import main as service

        service()
