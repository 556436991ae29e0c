"""Where a webhook may go: the address is resolved, checked and then connected to, so that no name can turn inward."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from notification_service.webhooks.errors import WebhookUrlRefused, WebhookUrlUnknown

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TUNNELS = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 ranges that hold an IPv4 address of anybody's choice."""
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is given out of IPv6; beyond it lie old ways to write IPv4 addresses and sites of one's own."""
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Target:
    """One resolved receiver. Connect to ``address`` alone; ``host`` is for TLS and the Host header."""

    scheme: str
    host: str
    port: int
    address: IpAddress
    path: str

    @property
    def pinned_url(self) -> str:
        """The URL with the address in place of the name."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """The name, and the port where it is not the usual one."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


def parse(url: str) -> SplitResult:
    """The parts of a URL that may be a target. Raises ``WebhookUrlRefused``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookUrlRefused from error
    well_formed = (
        parts.scheme in _PORTS
        and parts.hostname
        and parts.hostname.isascii()
        and parts.username is None
        and parts.password is None
        and not parts.fragment
        and port != 0
        and url.isprintable()
        and " " not in url
    )
    if not well_formed:
        raise WebhookUrlRefused
    return parts


async def resolve(url: str, networks: Sequence[Network]) -> Target:
    """The target of a URL.

    Raises:
        WebhookUrlRefused: malformed, or a name with an address that is neither public nor in ``networks``; plain http
            needs an address in ``networks``.
        WebhookUrlUnknown: the name has no address at present.
    """
    parts = parse(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise WebhookUrlUnknown from error
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(is_permitted(one, networks, parts.scheme) for one in addresses):
        raise WebhookUrlRefused
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, addresses[0], path)


def is_permitted(address: IpAddress, networks: Sequence[Network], scheme: str) -> bool:
    """Whether a webhook may connect there."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    real = mapped or address
    if any(real.version == network.version and real in network for network in networks):
        return True
    if scheme != "https" or real.is_multicast or not real.is_global:
        return False
    return real.version == 4 or (real in _UNICAST and not any(real in tunnel for tunnel in _TUNNELS))
