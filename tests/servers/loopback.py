"""Keeps a test run on this machine."""

import ipaddress
import sys
from collections.abc import Sequence

LOCAL_NAMES = {"", "localhost"}


class OutsideTouchedError(RuntimeError):
    """A test reached for another machine: it would pass here and fail elsewhere."""

    def __init__(self, host: str) -> None:
        super().__init__(f"a test reached for {host!r}; tests stay on loopback")
        self.host = host


def is_local(host: str) -> bool:
    """Tell whether a host name or address is this machine itself."""
    if host in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def forbid_outside() -> None:
    """Refuse each connection and look-up of this process that leaves the machine.

    For good: an audit hook of Python cannot be taken away again. It sees Python's
    own sockets, not those of C libraries and of processes that a test starts.
    """
    sys.addaudithook(_judge)


def _judge(event: str, arguments: Sequence[object]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple):
            _refuse_outside(str(address[0]))
    elif event == "socket.getaddrinfo":
        _refuse_outside(_text(arguments[0]))


def _text(host: object) -> str:
    if isinstance(host, bytes):
        return host.decode(errors="replace")
    return "" if host is None else str(host)


def _refuse_outside(host: str) -> None:
    if not is_local(host):
        raise OutsideTouchedError(host)
