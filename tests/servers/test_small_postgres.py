"""A database that is really full says so, keeps all, and goes on when mended."""

import psycopg
import pytest
from psycopg import errors

from tests.servers import postgres
from tests.servers.need import needed
from tests.servers.postgres import CAPABILITIES, Capability, SmallDisk
from tests.servers.tmpfs import SmallDisks

FILL = "insert into kept select repeat('x', 7000) from generate_series(1, 100)"


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_server_on_a_small_disk_fills_and_is_mended(
    capability: Capability, disks: SmallDisks
):
    with needed(), postgres.started(capability, "durable", SmallDisk(disks)) as server:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute("create table kept (text text)")
            connection.execute("alter table kept alter text set storage plain")
            connection.execute(FILL)
            disks.fill(server.data)
            with pytest.raises(errors.DiskFull):
                connection.execute(FILL)
            disks.relieve(server.data)
            connection.execute(FILL)
        server.kill()
        server.start()
        with psycopg.connect(server.admin_url) as connection:
            kept = connection.execute("select count(*) from kept").fetchone()
    assert kept == (200,)
