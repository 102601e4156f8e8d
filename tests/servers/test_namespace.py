"""A network of our own holds what is in it alone, and what is sent comes to us."""

import os
import select
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.errors import ServerMissing
from tests.servers.namespace import HINT, Namespace, namespace
from tests.servers.need import needed

SECONDS = 10
OWN, OTHER = "127.77.9.2", "127.77.9.1"


@pytest.fixture
def network() -> Iterator[Namespace]:
    with needed(), namespace() as made:
        yield made


def packet(line: int) -> bytes:
    assert select.select([line], [], [], SECONDS)[0]
    return os.read(line, 2_000)


def seen(words: tuple[str, ...]) -> list[str]:
    told = subprocess.run(
        [*words, "ip", "-brief", "link"], check=True, capture_output=True, text=True
    )
    return [line.split()[0] for line in told.stdout.splitlines()]


def test_a_program_in_it_sees_its_lines_and_nothing_else(network: Namespace):
    os.close(network.line(OWN, OTHER))
    assert seen(network.prefix) == ["lo"], "a line goes with who carries it"
    line = network.line(OWN, OTHER)
    assert seen(network.prefix) == ["lo", "line1"]
    assert "line1" not in seen(())
    os.close(line)


def test_what_is_sent_comes_to_us_as_a_packet_and_what_we_write_arrives(
    network: Namespace,
):
    line = network.line(OWN, OTHER)
    with network.reach(socket.SOCK_DGRAM, OTHER, 7) as sender:
        sender.send(b"out")
        sent = packet(line)
        assert sent[12:20] == socket.inet_aton(OWN) + socket.inet_aton(OTHER)
        assert sent.endswith(b"out")
        ports = sent[22:24] + sent[20:22]
        # An answer: addresses and ports the other way, and no checksum, which may be.
        udp = ports + (8 + 4).to_bytes(2, "big") + b"\0\0" + b"back"
        header = sent[:2] + (20 + len(udp)).to_bytes(2, "big") + sent[4:10] + b"\0\0"
        header += sent[16:20] + sent[12:16]
        whole = header[:10] + checksum(header) + header[12:] + udp
        os.write(line, whole)
        sender.settimeout(SECONDS)
        assert sender.recv(10) == b"back"
    os.close(line)


def checksum(header: bytes) -> bytes:
    total = sum(int.from_bytes(header[n : n + 2], "big") for n in range(0, 20, 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2, "big")


def test_a_machine_that_lets_us_make_none_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("unshare", "nsenter", "ip"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ServerMissing) as told, namespace():
        pass
    assert str(told.value).endswith(HINT)


def test_a_machine_without_the_programs_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissing, match="util-linux"), namespace():
        pass
