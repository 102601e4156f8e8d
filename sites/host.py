"""A machine as settings name it: HOST:PORT, and whether it is this one. Pure."""

import ipaddress

from sites.errors import HostError

MAX_PORT = 65_535


def parse_host(text: str, *, least_port: int = 1) -> tuple[str, int]:
    """Read HOST:PORT; raises HostError.

    `least_port` 0 allows the port that the machine chooses, for who listens.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not least_port <= int(port) <= MAX_PORT:
        raise HostError(text)
    return host, int(port)


def is_here(host: str) -> bool:
    """Tell whether a name or address is this machine: nothing leaves it unciphered."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
