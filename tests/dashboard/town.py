"""A town for the tests of the pages: the example inventory in a store, and life in it.

Incidents come from the collector's own rules, so a page is tested on what it will get;
presence and older records are put into the real tables.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec.structs import asdict
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from collector.content import sort_of
from collector.database import Database, Limits
from collector.fleet.sync import sync
from collector.incident.judge import judge
from collector.intake.row import EventRow
from sites.inventory import Inventory
from sites.load import load

EXAMPLES = Path(__file__).parents[2] / "sites" / "examples"
RUN = "0123456789abcdef"

HAVEN = "bureau-haven"
PLEIN = "bureau-plein"
KIT = "7f3k-qg"
OWNER = "duinland-coordinator"
COLLEAGUE = "duinland-desk"
OUTSIDER = "veenrand-coordinator"
FURTHER = {
    "cso": None,
    "administrator": None,
    "auditor": None,
    "control_room": None,
    "household": "duinland",
}

_PERSON = """
    insert into store.person (person, unit, role, language, site)
    values (%s, %s, %s, 'nl', %s) on conflict do nothing"""
_EVENT = """
    insert into store.event (device, run, lane, seq, at, received, unit, site, kind,
                             sensor, zone, data, corrected)
    values (%(device)s, %(run)s, 'up', %(seq)s, %(at)s, %(received)s, %(unit)s,
            %(site)s, %(kind)s, %(sensor)s, %(zone)s, %(data)s, %(corrected)s)"""
_HEARD = """
    insert into store.device_state (device, unit, site, run, heard, silent_since,
                                    heartbeat)
    values (%(device)s, %(unit)s, %(site)s, %(run)s, %(heard)s, %(silent)s, %(beat)s)
    on conflict (device) do update set heard = excluded.heard,
       silent_since = excluded.silent_since, heartbeat = excluded.heartbeat"""
_WAY = """
    insert into store.path_state (device, way, unit, site, heard, lost_since)
    values (%s, %s, %s, %s, %s, %s)
    on conflict (device, way) do update set lost_since = excluded.lost_since"""
_MEASURED = """
    insert into store.measurement (device, run, lane, seq, at, received, unit, site,
                                   sensor, quantity, value)
    values (%s, %s, 'up', %s, %s, %s, %s, %s, %s, %s, %s)"""
_PICTURE = """
    insert into store.picture (digest, device, unit, site, parts, received, complete,
                               sort, size)
    values (%s, %s, %s, %s, 1, %s, %s, %s, %s)"""
_ASIDE = """
    insert into store.frame_set_aside (digest, received, topic, unit, device, refusal,
                                       detail, size, raw, last_received)
    values (%s, %s, 'wp/1/x/up', %s, %s, %s, '', 3, 'raw', %s)"""
HEARTBEAT = {
    "uptime_s": 186_000,
    "backlog_al": 0,
    "backlog_up": 3,
    "disk_free": 0.83,
    "cameras": 2,
}


@dataclass
class Town:
    """The examples, and a superuser's pen; `now` is when the town looks alive."""

    collector: Database
    pen: AsyncConnection[Any]
    inventory: Inventory
    now: datetime
    seq: int = 0
    blobs: dict[str, bytes] = field(default_factory=dict)

    def device(self, site: str, number: int = 0) -> str:
        """Give the id of a site's device."""
        return self.inventory.sites[site].devices[number].id

    async def everybody_heard(self) -> None:
        """Let every device have been heard a moment ago, on both paths."""
        for site in self.inventory.sites.values():
            for device in site.devices:
                await self.heard(device.id, self.now - timedelta(seconds=3))

    async def heard(
        self,
        device: str,
        at: datetime,
        *,
        silent: datetime | None = None,
        **beat: object,
    ) -> None:
        """Let a device have been heard last at a moment."""
        site = self.inventory.site_of(device)
        values = {
            "device": device,
            "unit": site.unit,
            "site": site.id,
            "run": RUN,
            "heard": at,
            "silent": silent,
            "beat": Jsonb({**HEARTBEAT, **beat}),
        }
        await self.pen.execute(_HEARD, values)
        await self.way(device, 1)
        await self.way(device, 2)

    async def way(self, device: str, number: int, lost: datetime | None = None) -> None:
        """Put down how one path of a device is."""
        site = self.inventory.site_of(device)
        await self.pen.execute(
            _WAY, [device, number, site.unit, site.id, self.now, lost]
        )

    async def event(
        self,
        site: str,
        kind: str,
        ago: timedelta,
        sensor: int | None = None,
        zone: int | None = None,
        **data: object,
    ) -> EventRow:
        """Store one event of a site's first device."""
        return await self.slow(timedelta(), site, kind, ago, sensor, zone, **data)

    async def slow(
        self,
        by: timedelta,
        site: str,
        kind: str,
        ago: timedelta,
        sensor: int | None = None,
        zone: int | None = None,
        /,
        **data: object,
    ) -> EventRow:
        """Store one of a device whose clock is slow, as the collector sets it right."""
        self.seq += 1
        right = self.now - ago
        place = self.inventory.sites[site]
        row = EventRow(
            device=place.devices[0].id,
            run=RUN,
            lane="up",
            seq=self.seq,
            at=right - by,
            received=right + timedelta(seconds=0.2),
            unit=place.unit,
            site=site,
            kind=kind,
            sensor=sensor,
            zone=zone,
            data=dict(data),
            corrected=right if by else None,
        )
        await self.pen.execute(_EVENT, {**asdict(row), "data": Jsonb(row.data)})
        return row

    async def judged(self, *rows: EventRow, ago: timedelta = timedelta()) -> list[int]:
        """Let the rules see records, as the collector does when it stores them."""
        async with self.collector.transaction() as transaction:
            return await judge(transaction, self.inventory, rows, self.now - ago)

    async def intrusion(
        self, site: str = HAVEN, ago: timedelta = timedelta(minutes=6), **data: object
    ) -> int:
        """Let somebody come in at the back door of a station."""
        door = await self.event(site, "contact.opened", ago, 2, 2)
        alarm = await self.event(
            site, "alarm.raised", ago, 2, 2, cause="contact", **data
        )
        (incident,) = await self.judged(door, alarm, ago=ago)
        return incident

    async def panic(
        self,
        *,
        silent: bool = False,
        ago: timedelta = timedelta(seconds=42),
        site: str = KIT,
    ) -> int:
        """Let somebody press the button of a kit."""
        row = await self.event(site, "panic.pressed", ago, 2, silent=silent)
        (incident,) = await self.judged(row, ago=ago)
        return incident

    async def measured(
        self, site: str, sensor: int, quantity: str, value: Callable[[float], float]
    ) -> None:
        """Let a sensor have measured each five minutes of the last day."""
        place = self.inventory.sites[site]
        for number in range(288):
            self.seq += 1
            at = self.now - timedelta(minutes=5 * number + 1)
            await self.pen.execute(
                _MEASURED,
                [
                    place.devices[0].id,
                    RUN,
                    self.seq,
                    at,
                    at,
                    place.unit,
                    site,
                    sensor,
                    quantity,
                    value(number / 288),
                ],
            )

    async def picture(self, site: str, whole: bytes) -> str:
        """Let the collector have put a picture or clip together; gives its digest."""
        digest = sha256(whole).hexdigest()
        place = self.inventory.sites[site]
        await self.pen.execute(
            _PICTURE,
            [
                *(digest, place.devices[0].id, place.unit, site, self.now, self.now),
                *(sort_of(whole), len(whole)),
            ],
        )
        self.blobs[digest] = whole
        return digest

    async def clip(self, of: EventRow, whole: bytes, *, come: bool = True) -> str:
        """Let a camera have kept a clip of what it saw; gives its digest.

        `come`: the collector has put it together.
        """
        digest = sha256(whole).hexdigest()
        told: dict[str, Any] = {
            "clip": digest,
            "seconds": 20.0,
            "before": 5.0,
            "size": len(whole),
        }
        await self.event(of.site, "clip.kept", self.now - of.at, of.sensor, **told)
        return await self.picture(of.site, whole) if come else digest

    async def covered(self, ago: timedelta = timedelta(minutes=4)) -> EventRow:
        """Let somebody hang a cloth over the camera on the forecourt of a station."""
        return await self.event(
            HAVEN, "camera.lost", ago, 6, 5, reason="covered", suspect="tamper"
        )

    async def set_aside(self, unit: str | None, refusal: str, number: int) -> None:
        """Let frames have been set aside."""
        for _ in range(number):
            self.seq += 1
            await self.pen.execute(
                _ASIDE,
                [f"{self.seq:064}", self.now, unit, None, refusal, self.now],
            )

    async def row(self, query: str, *values: object) -> Mapping[str, Any]:
        """Ask the store itself, as its superuser."""
        cursor = await self.pen.execute(query, values)
        found = await cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
        return dict(zip(names, found or (), strict=False))


@asynccontextmanager
async def founded(
    collector_url: str,
    superuser_url: str,
    now: datetime | None = None,
    folder: Path = EXAMPLES,
) -> AsyncIterator[Town]:
    """Bring an inventory, and one person of each further role, into a store."""
    inventory = load(folder)
    async with (
        Database.open(collector_url, "town", Limits(connections=2)) as database,
        await AsyncConnection.connect(superuser_url, autocommit=True) as pen,
    ):
        await sync(database, inventory)
        for role, unit in FURTHER.items():
            home = KIT if role == "household" else None
            await pen.execute(_PERSON, [role.replace("_", "-"), unit, role, home])
        yield Town(database, pen, inventory, now or datetime.now(UTC))
