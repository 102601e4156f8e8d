"""What hangs behind an uplink that is down opens nothing of its own."""

import pytest

from collector.database import Database
from collector.intake.row import EventRow
from tests.incident.ruling import Owner, judged, log_of
from tests.incident.stage import (
    OTHER,
    OTHER_DEVICE,
    RULES,
    STATION,
    STATION_DEVICE,
    alarm,
    inventory,
    look,
    row,
    rule,
)

WORLD = inventory(
    [
        *RULES[:5],
        rule("down", "device.silent", cause="blind", absorbs=("path", "outage")),
        rule("path", "path.lost", priority="notice"),
        rule("outage", "camera.lost", cause="camera", suspects=("outage",)),
        rule("cut", "camera.lost", cause="camera", suspects=("tamper", "unknown")),
    ]
)
STANDING = "select cause, rule from store.incident where state <> 'resolved' order by 1"


def camera(seq: int, suspect: str, site: str = STATION) -> EventRow:
    data = {"reason": "missing", "suspect": suspect}
    return row("camera.lost", seq, sensor=5, zone=1, data=data, site=site)


@pytest.fixture
def down(world: Owner) -> None:
    """Let the station's device be told as silent, as the watch does beforehand."""
    silence(world)


def silence(world: Owner, device: str = STATION_DEVICE, site: str = STATION) -> None:
    unit = "zuid" if site == OTHER else "noord"
    world.execute(
        "insert into store.device (device, site, unit, key) values (%s, %s, %s, %s)"
        " on conflict do nothing",
        [device, site, unit, device.encode().hex() * 2],
    )
    world.execute(
        "insert into store.device_state (device, unit, site, run, heard, silent_since,"
        " silent_told) values (%s, %s, %s, %s, now(), now(), now())",
        [device, unit, site, "0" * 16],
    )


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize(
    "behind", [row("path.lost", 2), camera(2, "outage")], ids=["path", "cameras"]
)
async def test_a_loss_behind_it_joins_its_incident(
    world: Owner, collector: Database, behind: EventRow
):
    (first,) = await judged(collector, row("device.silent", 1), world=WORLD)
    assert await judged(collector, behind, world=WORLD) == [first]
    assert look(world, STANDING) == [("blind", "down")]
    assert log_of(world, first)[-1][1]["reason"] == "absorbed"


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize("order", [1, -1])
async def test_all_of_it_in_one_batch_is_one_incident(
    world: Owner, collector: Database, order: int
):
    rows = [row("device.silent", 1), row("path.lost", 2)][::order]
    await judged(collector, *rows, world=WORLD)
    assert look(world, STANDING) == [("blind", "down")]


@pytest.mark.usefixtures("down")
async def test_paths_that_were_lost_before_go_on_in_its_incident(
    world: Owner, collector: Database
):
    (path,) = await judged(collector, row("path.lost", 1), world=WORLD)
    (down,) = await judged(collector, row("device.silent", 2), world=WORLD)
    assert look(world, STANDING) == [("blind", "down")]
    assert log_of(world, path)[-1] == (
        "ended",
        {"reason": "goes_on", "incident": down},
    )


@pytest.mark.usefixtures("down")
async def test_a_path_that_was_there_again_meanwhile_goes_on_as_well(
    world: Owner, collector: Database
):
    lost, again = row("path.lost", 1), row("path.lost", 3)
    for one in (lost, row("path.restored", 2), again):
        await judged(collector, one, world=WORLD)
    await judged(collector, row("device.silent", 4), world=WORLD)
    assert look(world, STANDING) == [("blind", "down")]


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize(
    "deed",
    [
        camera(2, "tamper"),
        camera(2, "unknown"),
        row("alarm.raised", 2 + 3600, zone=2, data={"cause": "motion"}),
        row("tamper.opened", 2 + 3600, sensor=3),
        row("panic.pressed", 2, sensor=4, data={"silent": False}),
    ],
    ids=["tamper", "unknown", "alarm", "housing", "panic"],
)
async def test_what_may_be_somebodys_doing_is_never_absorbed(
    world: Owner, collector: Database, deed: EventRow
):
    await judged(collector, row("device.silent", 1), world=WORLD)
    await judged(collector, deed, world=WORLD)
    assert len(look(world, STANDING)) == 2


@pytest.mark.usefixtures("down")
async def test_a_tamper_that_stands_does_not_go_on_as_an_outage(
    world: Owner, collector: Database
):
    await judged(collector, camera(1, "outage"), camera(2, "tamper"), world=WORLD)
    await judged(collector, row("device.silent", 3), world=WORLD)
    assert [cause for cause, _ in look(world, STANDING)] == ["blind", "camera"]


async def test_a_device_that_is_heard_again_absorbs_nothing(
    world: Owner, collector: Database
):
    await judged(collector, row("device.silent", 1), world=WORLD)
    await judged(collector, row("path.lost", 2), world=WORLD)
    assert [cause for cause, _ in look(world, STANDING)] == ["blind", "path"]


@pytest.mark.usefixtures("down")
async def test_another_place_absorbs_nothing(world: Owner, collector: Database):
    silence(world, OTHER_DEVICE, OTHER)
    await judged(collector, row("device.silent", 1), world=WORLD)
    await judged(collector, row("path.lost", 2, site=OTHER), world=WORLD)
    assert [cause for cause, _ in look(world, STANDING)] == ["blind", "path"]


@pytest.mark.usefixtures("down")
async def test_close_to_an_alarm_it_confirms_the_alarm_instead(
    world: Owner, collector: Database
):
    await judged(collector, row("device.silent", 1), world=WORLD)
    await judged(collector, alarm(2), world=WORLD)
    await judged(collector, row("path.lost", 3), world=WORLD)
    assert look(world, STANDING) == [("intrusion", "alarm")]
