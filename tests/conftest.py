"""The real servers, for every test; nothing outside this machine.

- `postgres_server`: a PostgreSQL for the whole run, `plain` unless the test says
  `@pytest.mark.both_databases` (it then runs twice) or parametrises it.
- `empty_database`: the superuser's URL of a fresh, empty database in it.
- `durable_postgres_server`: one of the test's own that waits for the disk.
- `broker`: a Mosquitto for the whole run; use topics of your own.
- `private_broker`: one of the test's own, to be killed and started again.
- `disks`: small file systems that can be filled, where root may mount.
- `chromium_options`: keyword arguments for Playwright's `chromium.launch`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.servers import mosquitto, postgres
from tests.servers.chromium import LaunchOptions, launch_options
from tests.servers.errors import ServerMissing
from tests.servers.loopback import forbid_outside
from tests.servers.mosquitto import Broker
from tests.servers.need import needed
from tests.servers.postgres import CAPABILITIES, Capability, PostgresServer
from tests.servers.tmpfs import SmallDisks, small_disks

forbid_outside()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that is marked so on both kinds of database."""
    if "postgres_server" not in metafunc.fixturenames:
        return
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize(
            "postgres_server", CAPABILITIES, indirect=True, scope="session"
        )


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Callable[[Capability], PostgresServer]]:
    """Give each kind of server on demand; started once, ended with the run."""
    running: dict[Capability, PostgresServer] = {}
    with ExitStack() as stack:

        def server(capability: Capability) -> PostgresServer:
            if capability not in running:
                with needed():
                    running[capability] = stack.enter_context(
                        postgres.started(capability)
                    )
            return running[capability]

        yield server


@pytest.fixture(scope="session")
def postgres_server(
    request: pytest.FixtureRequest,
    postgres_servers: Callable[[Capability], PostgresServer],
) -> PostgresServer:
    """Give the run's server of the test's kind."""
    return postgres_servers(getattr(request, "param", "plain"))


@pytest.fixture
def empty_database(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the superuser's URL of a new, empty database; dropped afterwards."""
    url = postgres.create_database(postgres_server)
    yield url
    postgres.drop_database(postgres_server, url)


@pytest.fixture
def durable_postgres_server() -> Iterator[PostgresServer]:
    """Give a server of the test's own that survives `kill()` as it would for real."""
    with needed(), postgres.started("plain", "durable") as server:
        yield server


@pytest.fixture
def disks() -> Iterator[SmallDisks]:
    """Give small disks of the test's own; skips where this machine mounts none."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(small_disks())
        except ServerMissing as missing:
            pytest.skip(str(missing))
        yield made


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """Give the run's Mosquitto: anonymous, loopback."""
    with needed(), mosquitto.started() as running:
        yield running


@pytest.fixture
def private_broker() -> Iterator[Broker]:
    """Give a Mosquitto of the test's own."""
    with needed(), mosquitto.started() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_options() -> LaunchOptions:
    """Give the keyword arguments for Playwright's `chromium.launch`."""
    with needed():
        return launch_options()
