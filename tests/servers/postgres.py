"""Real PostgreSQL servers: `plain` (no extension) and `timescale` (TimescaleDB).

A capability is looked for on the machine first, then in the Debian 13 root that
`make test` keeps on Debian 12, and, plain only, in the embedded PostgreSQL of the
demo extra, so that a machine without apt's packages still runs most tests.
"""

import itertools
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from tests.servers.errors import ServerDidNotStart
from tests.servers.installation import (
    CAPABILITIES,
    Capability,
    Installation,
    find_installation,
)
from tests.servers.process import Server, private_folder, start_on_a_free_port
from tests.servers.tmpfs import SmallDisks

__all__ = [
    "CAPABILITIES",
    "Capability",
    "PostgresServer",
    "SmallDisk",
    "copy_template",
    "create_database",
    "drop_database",
    "make_template",
    "started",
]

Durability = Literal["fast", "durable"]

SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "dynamic_shared_memory_type=mmap",  # a chroot has no /dev/shm
    "max_connections=100",
    "max_worker_processes=32",  # TimescaleDB: a scheduler for each database
    "timezone=UTC",
    "log_checkpoints=off",
)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SMALL = ("max_wal_size=64MB", "min_wal_size=32MB")
TERMINATE_MS = 10_000

_numbers = itertools.count(1)


@dataclass(frozen=True)
class SmallDisk:
    """All that a server's rows may fill.

    Its log lies elsewhere, as on a server with care: without room for that it goes
    down, sooner or later.
    """

    disks: SmallDisks
    size_kb: int = 320 * 1024


class PostgresServer:
    """One running server; superuser `postgres`, no password, loopback only."""

    def __init__(
        self, installation: Installation, data: Path, server: Server, port: int
    ) -> None:
        self.data = data
        self.capability = installation.capability
        self.version = installation.version
        self.port = port
        self.templates: set[str] = set()
        self._server = server

    @property
    def admin_url(self) -> str:
        """The superuser's URL of the database `postgres`."""
        return self.url("postgres")

    def url(self, database: str, user: str = "postgres") -> str:
        """Return the URL of a database; every role may enter without a password."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster while it runs, else None."""
        return self._server.pid

    def kill(self) -> None:
        """End it with `kill -9`, back ends included."""
        self._server.kill()

    def start(self) -> None:
        """Start it again on the same port, with what its disk holds."""
        self._server.start()

    def stop(self) -> None:
        """Shut it down in order (PostgreSQL's fast shutdown)."""
        self._server.stop(signal.SIGINT)


@contextmanager
def started(
    capability: Capability,
    durability: Durability = "fast",
    small: SmallDisk | None = None,
) -> Iterator[PostgresServer]:
    """Start a new server and end it afterwards.

    `fast` never waits for the disk, `durable` does at every commit: tests that
    kill the server need the latter. On a `small` disk it can run out of room.

    Raises:
        ServerMissing: the machine has no such PostgreSQL; says what to install.
        ServerDidNotStart: with its last words.
    """
    installation = find_installation(capability)
    with ExitStack() as stack:
        folder = stack.enter_context(
            private_folder("postgres", installation.owner, installation.data_parent)
        )
        data = folder / "data"
        settings = FAST if durability == "fast" else ()
        if small is not None:
            data.mkdir()
            small.disks.mount(data, small.size_kb, installation.owner)
            installation = replace(installation, prefix=small.disks.prefix)
            settings = (*settings, *SMALL)
        _create_cluster(installation, data, folder / "log" if small else None)
        postgres = _start(installation, data, settings)
        stack.callback(postgres.stop)
        yield postgres


def _create_cluster(installation: Installation, data: Path, log: Path | None) -> None:
    elsewhere = (f"--waldir={installation.inside(log)}",) if log else ()
    command = installation.command(
        "initdb",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        f"--pgdata={installation.inside(data)}",
        *elsewhere,
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise ServerDidNotStart("initdb", (done.stdout + done.stderr).splitlines())


def _start(
    installation: Installation, data: Path, settings: Sequence[str]
) -> PostgresServer:
    def make(port: int) -> Server:
        return Server(
            f"PostgreSQL ({installation.capability})",
            _server_command(installation, data, port, settings),
            ready=r"database system is ready to accept connections",
        )

    return PostgresServer(installation, data, *start_on_a_free_port(make))


def _server_command(
    installation: Installation, data: Path, port: int, more: Sequence[str]
) -> list[str]:
    settings = [*SETTINGS, f"port={port}", *more]
    if installation.capability == "timescale":
        settings.append("shared_preload_libraries=timescaledb")
    options = [part for setting in settings for part in ("-c", setting)]
    return installation.command(
        "postgres", "-D", installation.inside(data), *options, death_signal="INT"
    )


def create_database(server: PostgresServer) -> str:
    """Create an empty database under a new name; return its superuser URL."""
    name = _new_name()
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template template0").format(
                sql.Identifier(name)
            )
        )
    return server.url(name)


def make_template(
    server: PostgresServer, name: str, prepare: Callable[[str], object]
) -> None:
    """Create a database once in a server, let `prepare(url)` fill it, and close it.

    Called again with the same name it does nothing: safe in every fixture that
    wants the template.
    """
    if name in server.templates:
        return
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template template0").format(
                sql.Identifier(name)
            )
        )
        prepare(server.url(name))
        _close(admin, name)
    server.templates.add(name)


def copy_template(server: PostgresServer, template_name: str) -> str:
    """Copy a database under a new name; return the copy's superuser URL.

    The template is closed to connections for good: TimescaleDB's scheduler
    otherwise comes back and sits in it, and a database with somebody in it
    cannot be copied.
    """
    name = _new_name()
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        _close(admin, template_name)
        admin.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template_name)
            )
        )
    return server.url(name)


def _close(admin: psycopg.Connection, name: str) -> None:
    admin.execute(
        sql.SQL("alter database {} with allow_connections false").format(
            sql.Identifier(name)
        )
    )
    admin.execute(
        "select pg_terminate_backend(pid, %s) from pg_stat_activity where datname = %s",
        [TERMINATE_MS, name],
    )


def drop_database(server: PostgresServer, url: str) -> None:
    """Drop the database of a URL, whoever is in it."""
    name = url.rpartition("/")[2]
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("drop database if exists {} with (force)").format(
                sql.Identifier(name)
            )
        )


def _new_name() -> str:
    return f"test_{next(_numbers)}"
