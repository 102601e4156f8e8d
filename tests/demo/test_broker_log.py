"""The demo's broker writes down of nobody where he came from."""

import socket
import subprocess
import sys

from tests.servers.process import free_port

HOST = "127.0.0.1"


def test_a_visitor_who_says_nothing_leaves_no_address():
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard.demo.broker", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as broker:
        assert broker.stdout is not None
        assert broker.stdout.readline() == "ready\n"
        assert broker.stderr is not None
        with socket.create_connection((HOST, port)):
            pass
        first = broker.stderr.readline()
        broker.terminate()
        _, rest = broker.communicate(timeout=20)
    assert "in amqtt" in first
    assert HOST not in first + rest
