"""A test run stays on this machine."""

import asyncio
import socket
import urllib.request

import pytest

from tests.servers.loopback import OutsideTouchedError, is_local

# Set aside for documentation (RFC 5737, 3849, 2606): nobody is ever there.
ELSEWHERE = ["192.0.2.1", "2001:db8::1", "elsewhere.example", "10.0.0.1"]
HERE = ["127.0.0.1", "127.1.2.3", "::1", "localhost", "", "0.0.0.0"]  # noqa: S104 - only judged


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_local(host: str):
    assert is_local(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_any_other_is_not(host: str):
    assert not is_local(host)


def test_a_connection_to_elsewhere_is_refused_before_it_leaves():
    with socket.socket() as client, pytest.raises(OutsideTouchedError) as told:
        client.connect(("192.0.2.1", 80))
    assert str(told.value) == "a test reached for '192.0.2.1'; tests stay on loopback"


def test_a_datagram_to_elsewhere_is_refused():
    with (
        socket.socket(type=socket.SOCK_DGRAM) as client,
        pytest.raises(OutsideTouchedError),
    ):
        client.sendto(b"hello", ("192.0.2.1", 53))


@pytest.mark.parametrize("name", ["elsewhere.example", b"bytes.example"])
def test_a_name_elsewhere_is_not_even_looked_up(name: str | bytes):
    with pytest.raises(OutsideTouchedError):
        socket.getaddrinfo(name, 80)


def test_libraries_are_held_to_it_as_well():
    with pytest.raises(OutsideTouchedError):
        urllib.request.urlopen("http://elsewhere.example/")


async def test_asyncio_is_held_to_it_as_well():
    with pytest.raises(OutsideTouchedError):
        await asyncio.open_connection("192.0.2.1", 80)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            client.sendall(b"hello")
            connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b"hello"
