"""Which worker of the gate runs what: a pytest plug-in on top of ``--dist loadfile``.

Whole platforms are started once, by the one worker that takes all of ``tests/e2e``, and first; the other worker begins
with what starts servers. Quick tests come last, so that neither waits long for the other at the end.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

_PLATFORMS = "tests/e2e/"
_SERVERS = ("/tests/integration/", "/tests/examples/")


class Spread(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Files as units of work, but one unit of all that shares the running platforms."""

    def _split_scope(self, nodeid: str) -> str:
        return _PLATFORMS if nodeid.startswith(_PLATFORMS) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    """Called by xdist once the workers are there."""
    return Spread(config, log)


def place_of(nodeid: str) -> int:
    """Whole platforms, then servers, then the rest."""
    return 0 if nodeid.startswith(_PLATFORMS) else 1 if any(one in nodeid for one in _SERVERS) else 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Work is handed out in this order."""
    items.sort(key=lambda item: place_of(item.nodeid))
