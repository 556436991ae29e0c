"""Which processes make the platform on one machine, and the environment that configures each of them."""

import os
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded import EmbeddedNats, NatsUser, ServiceDatabase

EXTENSIONS = ("btree_gist", "pg_trgm")
AUDIENCE = "heli"
# Ours to decide; anything else named HELI_… in the caller's environment reaches the services.
OWN_VARIABLES = frozenset({"HELI_HOME", "HELI_PORT", "HELI_DEMO"})


@dataclass(frozen=True)
class ServiceSpec:
    """A service: short name (database, events, URL variable) and command, which is also its client id and durable."""

    short: str
    command: str

    @property
    def package(self) -> str:
        """Its Python package; never imported here."""
        return self.command.replace("-", "_")


SERVICES = (
    ServiceSpec("clue", "clue-service"),
    ServiceSpec("pool", "personnel-pool-service"),
    ServiceSpec("inspection", "inspection-service"),
    ServiceSpec("notification", "notification-service"),
)
GATEWAY = "gateway"
ISSUER = "issuer"
CLIENT_IDS = (*(service.command for service in SERVICES), GATEWAY)
NATS_USERS = (*(NatsUser.service(service.short, service.command) for service in SERVICES), NatsUser.reader(GATEWAY))

# What a process of ours is called in the process table (15 characters at most), worker processes included.
PROGRAM_NAMES = frozenset(
    {name[:15] for name in (*CLIENT_IDS, "heli")}
    | {"python", "python3", f"python3.{sys.version_info.minor}", Path(sys.executable).resolve().name[:15]}
)


@dataclass(frozen=True)
class Program:
    """A process of ours: what to run and with which environment."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    url: str

    def with_arguments(self, *arguments: str) -> Sequence[str | Path]:
        """The same program doing something else, such as `migrate`."""
        return (self.command[0], *arguments)


@dataclass(frozen=True)
class Addresses:
    """Ports of the processes that speak HTTP, by name (short names for services)."""

    ports: Mapping[str, int]

    def url(self, name: str) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.ports[name]}"


@dataclass(frozen=True)
class Secrets:
    """Where each service finds its keys, and how each client proves itself."""

    clients: Mapping[str, str]
    key_rings: Mapping[str, Path]
    issuer_file: Path
    clock_file: Path


def programs_folder() -> Path:
    """Where the commands of this environment are."""
    return Path(sysconfig.get_path("scripts"))


def issuer_program(addresses: Addresses, secrets: Secrets) -> Program:
    """The token issuer."""
    env = _shared(addresses, secrets) | {
        "HELI_BIND_PORT": str(addresses.ports[ISSUER]),
        "HELI_ISSUER_FILE": str(secrets.issuer_file),
    }
    return Program(ISSUER, (sys.executable, "-m", "heli_local.issuer"), env, addresses.url(ISSUER))


def service_program(
    service: ServiceSpec, addresses: Addresses, secrets: Secrets, database: ServiceDatabase, nats: EmbeddedNats
) -> Program:
    """One of the four services, API and worker in one process."""
    env = _shared(addresses, secrets) | {
        "HELI_BIND_PORT": str(addresses.ports[service.short]),
        "HELI_DATABASE_URL": database.app,
        "HELI_DATABASE_OWNER_URL": database.owner,
        "HELI_NATS_URL": nats.url(service.short),
        "HELI_CLIENT_ID": service.command,
        "HELI_CLIENT_SECRET": secrets.clients[service.command],
        "HELI_KEYS_FILE": str(secrets.key_rings[service.short]),
    }
    if service.short == "clue":
        # Whoever asks this stack's issuer is whoever they say: it is no directory to hold approvals against.
        env.setdefault("HELI_CLUE_APPROVALS", "note")
        env.setdefault("HELI_ATTACHMENT_STORE", secrets.key_rings[service.short].parent.joinpath("files").as_uri())
    return Program(service.command, (programs_folder() / service.command, "all"), env, addresses.url(service.short))


def gateway_program(addresses: Addresses, secrets: Secrets, nats: EmbeddedNats) -> Program:
    """The one door."""
    env = _shared(addresses, secrets) | {
        "HELI_BIND_PORT": str(addresses.ports[GATEWAY]),
        "HELI_NATS_URL": nats.url(GATEWAY),
        "HELI_CLIENT_ID": GATEWAY,
        "HELI_CLIENT_SECRET": secrets.clients[GATEWAY],
        "HELI_KEYS_FILE": str(secrets.key_rings[GATEWAY]),
    }
    return Program(GATEWAY, (programs_folder() / GATEWAY, "api"), env, addresses.url(GATEWAY))


def _shared(addresses: Addresses, secrets: Secrets) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in OWN_VARIABLES and (name.startswith("HELI_") or name in {"PATH", "HOME", "LANG", "TMPDIR"})
    }
    issuer = addresses.url(ISSUER)
    # Receivers on this very machine, which a production platform never sends to.
    loopback = {"HELI_WEBHOOK_NETWORKS": '["127.0.0.0/8", "::1/128"]'}
    return (
        loopback
        | inherited
        | {
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",  # fewer malloc arenas: the whole stack has to fit a small machine
            "HELI_ENVIRONMENT": "local",
            "HELI_BIND_HOST": "127.0.0.1",
            "HELI_ISSUER": issuer,
            "HELI_JWKS_URL": f"{issuer}/jwks.json",
            "HELI_TOKEN_URL": f"{issuer}/token",
            "HELI_AUDIENCE": AUDIENCE,
            "HELI_PUBLIC_URL": addresses.url(GATEWAY),
            "HELI_CLOCK_FILE": str(secrets.clock_file),
            **{f"HELI_{service.short.upper()}_URL": addresses.url(service.short) for service in SERVICES},
        }
    )
