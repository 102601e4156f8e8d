"""A real Mosquitto on loopback."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.errors import ServerMissing
from tests.servers.process import (
    Account,
    Server,
    as_account,
    private_folder,
    start_on_a_free_port,
    unprivileged,
)

ANONYMOUS = ("allow_anonymous true",)
# Debian keeps it where only root's PATH looks.
PROGRAM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class Broker:
    """One running broker; `kill()` and `start()` keep its port."""

    host = "127.0.0.1"

    def __init__(self, server: Server, port: int) -> None:
        self.port = port
        self._server = server

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._server.pid

    def kill(self) -> None:
        """End it with `kill -9`: what it held in memory is gone."""
        self._server.kill()

    def start(self) -> None:
        """Start it again on the same port."""
        self._server.start()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._server.stop()


def find_mosquitto() -> str:
    """Return the program's path.

    Raises:
        ServerMissing: the machine has none.
    """
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=PROGRAM_FOLDERS)
    if found is None:
        raise ServerMissing("mosquitto", "apt install mosquitto")
    return found


@contextmanager
def started(settings: Sequence[str] = ANONYMOUS) -> Iterator[Broker]:
    """Start a broker with these lines in its configuration; end it afterwards.

    The listener itself (loopback, a free port) and the log are ours; options
    that belong to a listener (TLS) may stand in `settings`.

    Raises:
        ServerMissing: the machine has no Mosquitto.
        ServerDidNotStart: with its last words.
    """
    program = find_mosquitto()
    account = unprivileged("mosquitto")
    with private_folder("mosquitto", account) as folder:
        broker = _start(program, folder, account, settings)
        try:
            yield broker
        finally:
            broker.stop()


def _start(
    program: str, folder: Path, account: Account | None, settings: Sequence[str]
) -> Broker:
    configuration = folder / "mosquitto.conf"
    command = as_account([program, "-c", str(configuration)], account)

    def make(port: int) -> Server:
        lines = [f"listener {port} 127.0.0.1", "log_dest stderr", *settings]
        configuration.write_text("\n".join(lines) + "\n")
        return Server("mosquitto", command, ready=r"mosquitto version \S+ running")

    return Broker(*start_on_a_free_port(make))
