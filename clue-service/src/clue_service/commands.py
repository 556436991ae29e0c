"""What the commands of this service's operators need: its resources."""

from contextlib import AbstractAsyncContextManager

from chassis.service import Resources

from chassis import commands


def opened_resources() -> AbstractAsyncContextManager[Resources]:
    """The service's resources as its processes have them, closed afterwards."""
    from clue_service.main import SERVICE  # which lists the commands, so it cannot be imported before they are

    return commands.opened_resources(SERVICE)
