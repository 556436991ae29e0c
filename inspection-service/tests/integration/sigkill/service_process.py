"""A whole service as a process of its own that kills itself, with SIGKILL, at the n-th boundary after it was told to.

``python service_process.py inspection|pool``; settings as ever. ``FUSE_FILE`` holds how many boundaries are left;
where it is missing, nothing happens. Boundaries are the two ends of every transaction and of every call to a peer.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from chassis.http import Peer, Peers
from chassis.logging import configure_logging
from chassis.runtime import build_app
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from inspection_service.main import SERVICE as INSPECTION
from inspection_service.testing.killing import Guillotine, KillableTransactions, KillableTransport
from personnel_pool_service.main import SERVICE as POOL


class Fuse(Guillotine):
    """Ends the process where the guillotine would end a use case."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def boundary(self) -> None:
        """One boundary nearer to the end, if the fuse burns."""
        try:
            left = int(self._file.read_text())
        except FileNotFoundError:
            return
        if left > 1:
            self._file.write_text(str(left - 1))
            return
        self._file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class FusedPeers(Peers):
    """The other services, over lines on which the fuse burns."""

    def __init__(self, settings: PlatformSettings, fuse: Fuse) -> None:
        super().__init__(settings)
        self._clients = {
            name: httpx2.AsyncClient(
                base_url=client.base_url,
                auth=client.auth,
                timeout=client.timeout,
                transport=KillableTransport(httpx2.AsyncHTTPTransport(), fuse),
            )
            for name, client in self._clients.items()
        }
        self._peers = {name: Peer(name, client) for name, client in self._clients.items()}


def main(short: str) -> None:
    """Serve HTTP and run the worker until killed."""
    service = {one.short: one for one in (INSPECTION, POOL)}[short]
    settings = PlatformSettings()
    configure_logging(service.name, "warning")
    fuse = Fuse(Path(os.environ["FUSE_FILE"]))
    built = build_resources(service, settings)
    transactions: Any = KillableTransactions(built.transactions, fuse)
    resources = replace(built, transactions=transactions, peers=FusedPeers(settings, fuse))
    resources = replace(resources, own=service.build_own(resources))
    # Timers would burn the fuse whenever they like: a boundary should be the same one each time.
    app = build_app(replace(service, timers=()), resources, with_worker=True)
    config = uvicorn.Config(app, host="127.0.0.1", port=settings.bind_port, log_config=None, access_log=False)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(sys.argv[1])
