"""Three NATS servers as one cluster on loopback, every write synced, each advertised by the proxy in front of it."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

from chassis.embedded import EmbeddedNats


class ClusterServer(EmbeddedNats):
    """One server of a cluster; it counts as started once it listens, since alone it cannot be healthy."""

    def __init__(
        self, folder: Path, *, name: str, port: int, route: int, routes: Sequence[int], advertised: int
    ) -> None:
        super().__init__(folder, port=port)
        self._name, self._route, self._routes, self._advertised = name, route, tuple(routes), advertised

    def _configuration(self, folder: Path) -> str:
        return json.dumps(
            {
                "server_name": self._name,
                "listen": f"127.0.0.1:{self.port}",
                "client_advertise": f"127.0.0.1:{self._advertised}",
                "http": f"127.0.0.1:{self._state['monitor_port']}",
                "max_payload": 1 << 20,
                "jetstream": {
                    "store_dir": str(folder / "jetstream"),
                    "sync_interval": "always",
                    "max_memory_store": 64 << 20,
                    "max_file_store": 1 << 30,
                },
                "cluster": {
                    "name": "faults",
                    "listen": f"127.0.0.1:{self._route}",
                    "routes": [f"nats://127.0.0.1:{one}" for one in self._routes],
                },
            },
            indent=1,
        )

    def _is_healthy(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False
