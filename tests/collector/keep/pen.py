"""Writes rows and files of any age, as a superuser would plant them."""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from collector.blob import object_name
from tests.collector import world

UNITS = {"haven": "noord", "duin": "zuid"}
DEVICES = {"haven": world.STATION, "duin": world.OTHER}
_EVENT = """
    insert into store.event
    values (%s, %s, 'up', %s, %s, now(), %s, %s, %s, 1, 1, %s)"""
_MEASURED = """
    insert into store.measurement
    values (%s, %s, 'up', %s, %s, now(), %s, %s, 8, 'temperature', %s)"""
_UNTIMED = """
    insert into store.event_untimed (device, run, lane, seq, at, received, unit, site,
                                     kind, data, stored)
    values (%s, %s, 'up', %s, '1970-01-01', %s, %s, %s, 'contact.opened', '{}', %s)"""
_LANE = """
    insert into store.lane_state (device, run, lane, unit, site, heard, seen)
    values (%s, %s, 'up', %s, %s, now(), %s)"""
_LAG = """
    insert into store.clock_lag (device, run, unit, site, seconds, since, until, before)
    values (%s, %s, %s, %s, %s, '2000-01-01', '2100-01-01', '2100-01-01')"""
_FRAME = """
    insert into store.frame_set_aside (digest, received, topic, unit, refusal, detail,
                                       size, raw, last_received, stored)
    values (%s, %s, 'wp/1/x/up', 'noord', 'bad_signature', '', 3, 'raw', %s, %s)"""
_PICTURE = """
    insert into store.picture (digest, device, unit, site, parts, received, complete,
                               sort, size, stored)
    values (%s, %s, %s, %s, 1, %s, %s, %s, 3, %s)"""
_INCIDENT = """
    insert into store.incident (unit, site, rule, cause, priority, title, occurred,
                                playbook, playbook_version)
    select 'noord', 'haven', 'alarm', %s, 'urgent', '{}', %s, playbook, version
      from store.playbook limit 1
    returning incident"""
_RECORD = """
    insert into store.incident_record
    values (%s, 'noord', %s, %s, 'al', %s, %s, 'alarm.raised', 1, 1, %s)"""


@dataclass
class Pen:
    """`now` is read from the database once."""

    owner: psycopg.Connection[tuple[object, ...]]
    folder: Path
    seq: int = 0

    def now(self) -> datetime:
        """Give the database's time."""
        ((now,),) = self.rows("select now()")
        assert isinstance(now, datetime)
        return now.astimezone(UTC)

    def rows(self, text: str, *values: object) -> list[Any]:
        """Ask anything."""
        return self.owner.execute(text.encode(), values or None).fetchall()

    def run(self, text: str, *values: object) -> None:
        """Change anything."""
        self.owner.execute(text.encode(), values or None)

    def count(self, table: str) -> int:
        """Count the rows of a table of the store."""
        ((found,),) = self.rows(f"select count(*) from store.{table}")  # noqa: S608  # a constant of the test
        return int(found)

    def event(
        self,
        at: datetime,
        kind: str = "contact.opened",
        site: str = "haven",
        **data: object,
    ) -> None:
        """Store an event as it stands in the raw table."""
        named = (DEVICES[site], world.RUN, self._next(), at, UNITS[site], site, kind)
        self.run(_EVENT, *named, Jsonb(data))

    def measured(self, at: datetime, value: float = 20, site: str = "haven") -> None:
        """Store a measurement as it stands in the raw table."""
        self.run(
            _MEASURED,
            *(DEVICES[site], world.RUN, self._next(), at, UNITS[site], site, value),
        )

    def lag(self, seconds: float) -> None:
        """Note that all times of the station's device lack so many seconds."""
        place = (world.STATION, world.RUN, UNITS["haven"], "haven")
        self.run(_LANE, *place, f"{{[1,{self.seq + 1})}}")
        self.run(_LAG, *place, seconds)

    def untimed(self, stored: datetime, received: datetime | None = None) -> None:
        """Store an event whose time was impossible."""
        named = (world.STATION, world.RUN, self._next(), received or stored)
        self.run(_UNTIMED, *named, "noord", "haven", stored)

    def frame(self, stored: datetime) -> None:
        """Store a frame that was set aside."""
        self.run(_FRAME, f"digest-{self._next()}", stored, stored, stored)

    def picture(self, stored: datetime, sort: str = "jpeg", site: str = "haven") -> str:
        """Store a whole picture, the file with it; give its name."""
        data = f"picture {self._next()}".encode()
        digest = hashlib.sha256(data).hexdigest()
        self.file(object_name(digest), data, stored)
        place = (DEVICES[site], UNITS[site], site)
        self.run(_PICTURE, digest, *place, stored, stored, sort, stored)
        return digest

    def file(self, name: str, data: bytes, at: datetime) -> Path:
        """Put a file into the blob store, as old as is said."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    def incident(self, occurred: datetime, **data: object) -> int:
        """Open an incident with one record that says `data`."""
        cause = f"cause-{self._next()}"
        ((incident,),) = self.rows(_INCIDENT, cause, occurred)
        device = (world.STATION, world.RUN, self._next(), occurred)
        self.run(_RECORD, incident, *device, Jsonb(data))
        return int(incident)

    def resolve(self, incident: int, at: datetime) -> None:
        """Close an incident at a moment."""
        self.run(
            "update store.incident set state = 'resolved', owner = (select person from"
            " store.person limit 1), resolved = %s, outcome = 'real', sentence = 'x'"
            " where incident = %s",
            *(at, incident),
        )

    def files(self) -> set[str]:
        """Give the names of all files in the blob store."""
        return {path.name for path in self.folder.rglob("*") if path.is_file()}

    def _next(self) -> int:
        self.seq += 1
        return self.seq


def days(number: float) -> timedelta:
    return timedelta(days=number)
