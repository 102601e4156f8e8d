"""What a coordinator sees of cameras, by the rules of the examples."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.database import Database
from collector.intake.row import EventRow
from edge.camera import sighting as seen
from edge.camera.outage import TOGETHER_S
from edge.camera.sightings import Cameras
from edge.errors import Loss
from sites.load import load
from sites.record import Record
from sites.sight import CameraLost
from tests.edge.records import after
from tests.incident import stage
from tests.incident.ruling import judged, log_of, messages, steps
from tests.incident.stage import NOW, look, row

EXAMPLES = load(Path(__file__).parents[2] / "sites" / "examples")
WORLD = replace(stage.inventory(EXAMPLES.rules.values()), playbooks=EXAMPLES.playbooks)
CAMERAS = (5, 6, 7)


@pytest.fixture
def world(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    stage.furnish(owner, WORLD)
    return owner


class Device:
    """The cameras of a device, and the collector to which it tells what it knows."""

    def __init__(self, collector: Database) -> None:
        self._collector, self._told, self._seq = collector, list[EventRow](), 0
        self._cameras = Cameras(list(CAMERAS), self._see)
        for number in CAMERAS:
            self._cameras.take(number, seen.CameraRestored(NOW.timestamp()))

    def lose(self, seconds: float, *numbers: int) -> None:
        at = after(seconds).timestamp()
        for number in numbers:
            self._cameras.take(number, seen.CameraLost(at, Loss.MISSING))

    def restore(self, seconds: float, *numbers: int) -> None:
        for number in numbers:
            at = after(seconds).timestamp()
            self._cameras.take(number, seen.CameraRestored(at))

    async def wait(self, until: float) -> None:
        """Let time pass second by second; each second's records are one batch."""
        await self.tell()
        for second in range(int(until - TOGETHER_S) - 2, int(until) + 1):
            self._cameras.tick(after(second))
            await self.tell()

    async def tell(self) -> None:
        told, self._told = self._told, []
        if told:
            await judged(self._collector, *told, world=WORLD)

    def _see(self, record: Record, _: object) -> None:
        if isinstance(record, CameraLost):
            data = {"reason": record.reason, "suspect": record.suspect}
            self._seq += 1
            more = {"sensor": record.sensor, "data": data, "at": record.at}
            self._told.append(row("camera.lost", self._seq, **more))


def seen_by_the_coordinator(owner: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return look(owner, "select rule, playbook from store.incident order by incident")


async def test_one_camera_that_is_cut_is_one_incident_that_learns_what_it_is(
    world, collector
):
    device = Device(collector)
    device.lose(10, 5)
    await device.tell()
    assert seen_by_the_coordinator(world) == [("camera-lost", "camera-lost")]
    await device.wait(40)
    assert seen_by_the_coordinator(world) == [("camera-cut", "camera-tamper")]
    assert [what for what, _ in log_of(world, 1)] == ["opened", "joined"]
    assert steps(world, 1)[0] == EXAMPLES.playbooks["camera-tamper"].steps[0].id
    assert {person for _, person, _ in messages(world)} >= {"deputy-noord"}


async def test_all_cameras_at_once_are_one_incident_about_power(world, collector):
    device = Device(collector)
    for second, number in enumerate(CAMERAS, start=10):
        device.lose(second, number)
        await device.tell()
    await device.wait(40)
    assert seen_by_the_coordinator(world) == [("camera-outage", "camera-outage")]


async def test_a_camera_that_is_cut_after_an_outage_does_not_hide_behind_it(
    world, collector
):
    device = Device(collector)
    device.lose(10, *CAMERAS)
    await device.wait(40)
    device.restore(60, *CAMERAS)
    device.lose(100, 6)
    await device.wait(130)
    assert seen_by_the_coordinator(world) == [("camera-cut", "camera-tamper")]


async def test_an_outage_later_does_not_hide_a_camera_that_was_cut(world, collector):
    device = Device(collector)
    device.lose(10, 5)
    await device.wait(40)
    device.restore(60, 5)
    device.lose(100, *CAMERAS)
    await device.wait(130)
    assert seen_by_the_coordinator(world) == [("camera-cut", "camera-tamper")]


@pytest.mark.parametrize("kind", ["disk.filling", "visits.repeated", "visit.lingered"])
async def test_a_flood_of_notices_is_one_incident_and_tells_each_person_once(
    world, collector, kind
):
    flood = [row(kind, seq, sensor=5, zone=1, data={}) for seq in range(1, 401)]
    await judged(collector, flood[0], world=WORLD)
    told = messages(world)
    for begin in range(0, len(flood), 40):  # the first once more among them
        await judged(collector, *flood[begin : begin + 40], world=WORLD)
    assert messages(world) == told
    assert len(told) == 2
    ((rule, _),) = seen_by_the_coordinator(world)
    assert rule in {"disk-filling", "reconnaissance"}
    assert look(world, "select count(*) from store.incident_record") == [(400,)]
    assert len(log_of(world, 1)) == 11
