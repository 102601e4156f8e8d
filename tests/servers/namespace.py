"""A network of its own for some processes: what they send, we carry, packet by packet.

Linux network namespaces, in which each line is a TUN device. A namespace, and all that
is in it, is gone when we are, however we end.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.errors import ServerMissing

ROOT = Path(__file__).parents[2]
DEVICE = Path("/dev/net/tun")
ROUTE_LOCALNET = Path("/proc/sys/net/ipv4/conf/all/route_localnet")
HINT = "only root may make a network (unshare -n), with /dev/net/tun"
MESSAGE_BYTES = 200
# From <linux/if_tun.h>: a device of IP packets, without a header of its own.
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


class Namespace:
    """Where lines end; who shall send over them is started behind `prefix`."""

    def __init__(self, holder: int, asking: socket.socket) -> None:
        self._holder = holder
        self._asking = asking

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before a command that lives in this network."""
        return ("nsenter", f"--net=/proc/{self._holder}/ns/net", "--")

    def line(self, own: str, other: str) -> int:
        """Begin a line from one address to the other; gives what its packets pass.

        Each read gives a packet that was sent, each write lets one arrive.
        """
        return self._ask(f"line {own} {other}")

    def hear(self, kind: socket.SocketKind, host: str) -> socket.socket:
        """Give a socket of this network at a free port of one of its addresses."""
        return socket.socket(fileno=self._ask(f"hear {int(kind)} {host} 0"))

    def reach(self, kind: socket.SocketKind, host: str, port: int) -> socket.socket:
        """Give a socket of this network that is connected."""
        return socket.socket(fileno=self._ask(f"reach {int(kind)} {host} {port}"))

    def _ask(self, words: str) -> int:
        self._asking.send(words.encode())
        said, (given,), _, _ = socket.recv_fds(self._asking, MESSAGE_BYTES, 1)
        if said != b"given":
            raise AssertionError(said)
        return given


@contextmanager
def namespace() -> Iterator[Namespace]:
    """Give a network without any line yet; it is gone with the block.

    Raises:
        ServerMissing: this machine lets us make none; says who may.
    """
    for program, package in (
        ("unshare", "util-linux"),
        ("nsenter", "util-linux"),
        ("ip", "iproute2"),
    ):
        if shutil.which(program) is None:
            raise ServerMissing(program, f"apt install {package}")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = ["unshare", "--net", sys.executable, "-m", __name__]
    with (
        ours,
        subprocess.Popen(
            command, stdin=theirs.fileno(), stderr=subprocess.PIPE, cwd=ROOT
        ) as holder,
    ):
        theirs.close()
        try:
            if ours.recv(MESSAGE_BYTES) != b"ready":
                raise ServerMissing("a network of its own", HINT)
            yield Namespace(holder.pid, ours)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            holder.communicate()


def hold(asked: socket.socket) -> None:
    """Give out what is in this network, until nobody asks any more."""
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return
    # Addresses of 127.0.0.0/8 but the first are free for lines: what Wachtpost and the
    # tests allow on this machine alone goes over them too.
    ROUTE_LOCALNET.write_text("1")
    for words in (
        ["link", "set", "lo", "up"],
        ["addr", "del", "127.0.0.1/8", "dev", "lo"],
        ["addr", "add", "127.0.0.1/32", "dev", "lo"],
    ):
        subprocess.run(["ip", *words], check=True)
    asked.send(b"ready")
    lines = 0
    while words := asked.recv(MESSAGE_BYTES).decode().split():
        if words[0] == "line":
            given = _line(f"line{lines}", *words[1:])
            lines += 1
        else:
            given = _socket(*words)
        socket.send_fds(asked, [b"given"], [given])
        os.close(given)


def _line(name: str, own: str, other: str) -> int:
    opened = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
    asked = struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI)
    fcntl.ioctl(opened, TUNSETIFF, asked)
    for words in (
        ["addr", "add", own, "peer", other, "dev", name],
        ["link", "set", name, "addrgenmode", "none"],  # nothing is sent but by us
        ["link", "set", name, "up"],
    ):
        subprocess.run(["ip", *words], check=True)
    return opened


def _socket(what: str, kind: str, host: str, port: str) -> int:
    made = socket.socket(socket.AF_INET, socket.SocketKind(int(kind)))
    place = made.bind if what == "hear" else made.connect
    place((host, int(port)))
    return made.detach()


if __name__ == "__main__":
    with socket.socket(fileno=sys.stdin.fileno()) as asking:
        hold(asking)
