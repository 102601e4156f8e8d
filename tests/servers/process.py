"""One server process: started as nobody special, heard, and ended for certain."""

import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.servers.errors import ServerDidNotStart

START_SECONDS = 60.0
STOP_SECONDS = 1.0  # until the next request
STOP_REQUESTS = 20
REAP_SECONDS = 20.0
LINES_KEPT = 40
START_ATTEMPTS = 5


@dataclass(frozen=True)
class Account:
    """Who a server runs as, in numbers, since a chroot has names of its own."""

    uid: int
    gid: int


def unprivileged(*names: str) -> Account | None:
    """Return the first account that exists; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    found = next(known[name] for name in (*names, "nobody") if name in known)
    return Account(found.pw_uid, found.pw_gid)


def as_account(
    command: Sequence[str], account: Account | None, death_signal: str = "TERM"
) -> list[str]:
    """Wrap a command: it gives up root, and gets a signal when we die.

    The signal comes from the kernel, so that a server does not outlive a test
    run that was ended by `kill -9`.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    wrapped = [setpriv, f"--pdeathsig={death_signal}"]
    if account is not None:
        wrapped += [f"--reuid={account.uid}", f"--regid={account.gid}"]
        wrapped += ["--clear-groups"]
    return [*wrapped, *command]


def free_port() -> int:
    """Return a TCP port of loopback that nobody listened on a moment ago.

    Below those of outgoing connections, one of which might take it meanwhile.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def private_folder(
    name: str, account: Account | None, parent: Path | None = None
) -> Iterator[Path]:
    """Give a folder that only the account can enter; removed afterwards.

    Removes those as well that an earlier run left behind when it was killed.
    """
    top = Path(tempfile.gettempdir()) if parent is None else parent
    _sweep(top)
    made = tempfile.mkdtemp(prefix=f"wachtpost-{os.getpid()}-{name}-", dir=top)
    folder = Path(made)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    for left in parent.glob("wachtpost-*-*"):
        owner = left.name.split("-")[1]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


class Server:
    """A server process that says in its log when it is ready."""

    def __init__(self, name: str, command: Sequence[str], ready: str) -> None:
        self.name = name
        self._command = list(command)
        self._ready = re.compile(ready)
        self._process: subprocess.Popen[str] | None = None
        self._said: deque[str] = deque(maxlen=LINES_KEPT)
        self._heard: Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Start it and return when it is ready.

        Raises:
            ServerDidNotStart: it ended or kept silent; holds its last words.
        """
        if self.pid is not None:
            return
        self._said.clear()
        ready = Event()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # Ctrl-C is ours; we end the server ourselves
        )
        self._heard = Thread(
            target=self._listen, args=(self._process, ready), daemon=True
        )
        self._heard.start()
        if not ready.wait(START_SECONDS) or self.pid is None:
            self.kill()
            raise ServerDidNotStart(self.name, self._said)

    def _listen(self, process: subprocess.Popen[str], ready: Event) -> None:
        if process.stdout is None:
            raise AssertionError
        for line in process.stdout:
            self._said.append(line.rstrip())
            if self._ready.search(line):
                ready.set()
        process.wait()  # the log is at its end, so is the process
        ready.set()

    def kill(self) -> None:
        """End it and all that it started with `kill -9`, as a power cut would."""
        if self.pid is not None:
            # Stopped first, so that it starts nothing more while we look.
            os.kill(self.pid, signal.SIGSTOP)
            for pid in (self.pid, *_children(self.pid)):
                _signal(pid, signal.SIGKILL)
        self._reap()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and again; kill it when it does not."""
        for _ in range(STOP_REQUESTS):
            if self._process is None or self.pid is None:
                break
            # Mosquitto 2.0 loses a SIGTERM that meets a connection just closing.
            self._process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self.kill()

    def _reap(self) -> None:
        if self._process is None or self._heard is None:
            return
        self._process.wait(REAP_SECONDS)
        self._heard.join(REAP_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


def start_on_a_free_port(make: Callable[[int], Server]) -> tuple[Server, int]:
    """Start what `make` gives for a port; return it with the port that it got.

    Between choosing a port and listening on it, somebody else may take it: then another
    is tried.

    Raises:
        ServerDidNotStart: with its last words.
    """
    for attempt in range(START_ATTEMPTS):
        port = free_port()
        server = make(port)
        try:
            server.start()
        except ServerDidNotStart as error:
            if "Address already in use" in str(error) and attempt < START_ATTEMPTS - 1:
                continue
            raise
        return server, port
    raise AssertionError


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if int(after_name[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
