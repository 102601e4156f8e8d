"""A server ends with whoever started it, however that ends."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import process
from tests.servers.errors import ServerDidNotStart
from tests.servers.process import Account, Server, as_account, private_folder

ROOT = Path(__file__).parents[2]
SECONDS = 30

# Says that it is ready, then waits for its end.
TALKER = ["sh", "-c", "echo starting; echo ready; exec cat /dev/zero >/dev/null"]
# Starts both servers as a test run does, tells their ids, and waits to be ended.
OWNER = """
import signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # also in the background
from tests.servers import mosquitto, postgres
with mosquitto.started() as broker, postgres.started(sys.argv[1]) as server:
    print(broker.pid, server.pid, flush=True)
    threading.Event().wait()
"""


def ends(pid: int) -> bool:
    """Wait until a process, not of our own, has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(SECONDS * 1000))
    finally:
        os.close(handle)


@pytest.mark.both_databases
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_server_outlives_a_run_that_was_ended(
    postgres_server, broker, how: signal.Signals
) -> None:
    del broker  # asked for only to be skipped where there is none
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, postgres_server.capability],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert owner.stdout
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert len(pids) == 2
    owner.send_signal(how)
    owner.wait(SECONDS)
    owner.stdout.close()
    assert all(ends(pid) for pid in pids)


def test_it_is_ready_when_it_says_so() -> None:
    server = Server("talker", TALKER, ready="^ready")
    server.start()
    running = server.pid
    server.stop()
    assert running
    assert server.pid is None


def test_starting_twice_starts_once() -> None:
    server = Server("talker", TALKER, ready="^ready")
    server.start()
    first = server.pid
    server.start()
    assert server.pid == first
    server.stop()


def test_killing_takes_along_what_the_server_started() -> None:
    parent = Server(
        "parent",
        ["sh", "-c", "cat /dev/zero >/dev/null & echo ready $!; wait"],
        "ready",
    )
    parent.start()
    running = parent.pid
    assert running
    (child,) = process._children(running)
    parent.kill()
    assert ends(running)
    assert ends(child)


def test_one_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.05)
    monkeypatch.setattr(process, "STOP_REQUESTS", 2)
    script = "trap '' TERM; echo ready; while :; do :; done"
    server = Server("deaf", ["sh", "-c", script], ready="ready")
    server.start()
    pid = server.pid
    assert pid
    server.stop()
    assert ends(pid)


def test_one_that_misses_the_first_request_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.5)
    script = "trap 'trap - TERM' TERM; echo ready; while :; do :; done"
    server = Server("hard of hearing", ["sh", "-c", script], ready="ready")
    server.start()
    running = server._process
    assert running is not None
    server.stop()
    assert running.returncode == -signal.SIGTERM


def test_one_that_ends_at_once_is_told_with_its_last_words() -> None:
    server = Server("bad", ["sh", "-c", "echo no such option; exit 3"], ready="ready")
    with pytest.raises(ServerDidNotStart) as told:
        server.start()
    assert str(told.value) == ("bad did not start; it said last:\n  no such option")
    server.stop()  # nothing to end; says nothing


def test_one_that_keeps_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.2)
    server = Server("mute", ["cat", "/dev/zero"], ready="ready")
    server._command = ["sh", "-c", "exec cat /dev/zero >/dev/null"]
    with pytest.raises(ServerDidNotStart, match=r"\(nothing\)"):
        server.start()
    assert server.pid is None


def test_only_the_last_words_are_kept() -> None:
    script = "seq 1 1000; exit 1"
    server = Server("chatty", ["sh", "-c", script], ready="ready")
    with pytest.raises(ServerDidNotStart) as told:
        server.start()
    assert "\n  1000" in str(told.value)
    assert "\n  960\n" not in str(told.value)


def test_a_server_gives_up_root() -> None:
    command = as_account(["id"], Account(uid=1234, gid=1235))
    if os.geteuid() != 0:
        pytest.skip("only root has something to give up")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "uid=1234 gid=1235 groups=1235"


def test_nobody_is_taken_when_the_servers_own_account_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    nobody = process.unprivileged("no-such-account")
    assert nobody is not None
    assert nobody.uid != 0


def test_who_is_not_root_stays_who_he_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert process.unprivileged("postgres") is None


def test_a_folder_goes_with_its_context(tmp_path: Path) -> None:
    with private_folder("try", None, tmp_path) as folder:
        (folder / "file").touch()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_behind_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / f"wachtpost-{ended.pid}-postgres-x").mkdir()
    (tmp_path / f"wachtpost-{os.getppid()}-postgres-y").mkdir()
    (tmp_path / "wachtpost-notes-z").mkdir()
    with private_folder("try", None, tmp_path):
        left = {path.name.split("-")[-1] for path in tmp_path.iterdir()}
    assert "x" not in left
    assert {"y", "z"} <= left


def test_a_free_port_can_be_listened_on() -> None:
    ports = {process.free_port() for _ in range(5)}
    assert all(1024 <= port <= 65535 for port in ports)


# Listens as a server does: says why not, or that it is ready.
LISTENER = """
import socket, sys, threading
with socket.socket() as door:
    try:
        door.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError as error:
        sys.exit(error.strerror)
    door.listen()
    print("ready", flush=True)
    threading.Event().wait()
"""


def listener(port: int) -> Server:
    return Server("listener", [sys.executable, "-c", LISTENER, str(port)], "^ready")


def test_a_port_that_somebody_took_meanwhile_is_given_up_for_another() -> None:
    tried = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        def make(port: int) -> Server:
            tried.append(port)
            return listener(port if len(tried) > 2 else taken.getsockname()[1])

        server, port = process.start_on_a_free_port(make)
    try:
        assert server.pid
        assert [port] == tried[2:]
    finally:
        server.kill()


def test_what_never_gets_its_port_says_so_in_the_end() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerDidNotStart, match="Address already in use"):
            process.start_on_a_free_port(lambda _: listener(port))


def test_what_fails_for_another_reason_is_not_tried_again() -> None:
    tried = []

    def make(port: int) -> Server:
        tried.append(port)
        return Server("broken", ["sh", "-c", "echo no such option; exit 1"], "ready")

    with pytest.raises(ServerDidNotStart, match="no such option"):
        process.start_on_a_free_port(make)
    assert len(tried) == 1
