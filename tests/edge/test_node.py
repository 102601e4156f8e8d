"""A device writes down what may leave its site, in an order that hides no alarm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from edge.album import Album
from edge.clip.shelf import Limits, Shelf
from edge.journal import Journal
from edge.node import Node, Stores
from edge.outbox import Outbox
from edge.panel_state import PanelState, plan_of
from edge.settings import load
from edge.stores import open_stores
from sites.event import (
    KINDS,
    AlarmEnded,
    AlarmRaised,
    ContactClosed,
    DuressEntered,
    EntryStarted,
    PanelArmed,
    PanelDisarmed,
    PanicPressed,
    TamperClosed,
    TamperOpened,
    kind_of,
)
from sites.health import (
    CertificateAsked,
    ClockChanged,
    CommandObeyed,
    CommandRefused,
    DiskFilling,
    DiskFull,
    DiskRestored,
    Heartbeat,
    OutboxDamaged,
    RecordsDropped,
    RunStarted,
)
from sites.record import Record
from sites.sight import (
    CameraLost,
    ClipKept,
    LensDirty,
    LightChanged,
    MotionEnded,
    MotionStarted,
    NuisanceEnded,
    NuisanceStarted,
    PresetProposed,
    VisitLingered,
    VisitsRepeated,
)
from sites.sight import CameraRestored as Restored
from sites.words import SiteKind
from tests.edge.device_home import make_home, new_site, site_file
from tests.edge.records import NOON, measurement, opened, panic, waiting
from tests.edge.wire import DEVICE

ONE_OF_EACH: list[Record] = [
    opened(),
    ContactClosed(at=NOON, sensor=1, zone=1),
    MotionStarted(at=NOON, sensor=2, zone=2),
    MotionEnded(at=NOON, sensor=2, zone=2, seconds=3),
    LightChanged(at=NOON, sensor=7, change="lamp"),
    NuisanceStarted(at=NOON, sensor=7, zone=2),
    NuisanceEnded(at=NOON, sensor=7, zone=2, seconds=60, held=9),
    LensDirty(at=NOON, sensor=7),
    VisitsRepeated(at=NOON, sensor=7, zone=2, visits=3),
    VisitLingered(at=NOON, sensor=7, zone=2, seconds=90),
    PresetProposed(at=NOON, sensor=7, preset="low", now=90, then=3, hours=24),
    ClipKept(at=NOON, sensor=7, clip="ab" * 32, seconds=20, before=5, size=9),
    TamperOpened(at=NOON, sensor=3),
    TamperClosed(at=NOON, sensor=3),
    panic(),
    DuressEntered(at=NOON),
    AlarmRaised(at=NOON, sensor=1, cause="contact", zone=1),
    AlarmEnded(at=NOON),
    PanelArmed(at=NOON, mode="away", by="hand"),
    PanelDisarmed(at=NOON, by="hand"),
    EntryStarted(at=NOON, sensor=1, zone=1, seconds=30),
    measurement(),
    RunStarted(at=NOON),
    RecordsDropped(at=NOON, first=1, last=2),
    Heartbeat(at=NOON, uptime_s=1, backlog_al=0, backlog_up=0, disk_free=0.5),
    ClockChanged(at=NOON, seconds=-3600),
    CameraLost(at=NOON, sensor=7, reason="frozen"),
    Restored(at=NOON, sensor=7),
    OutboxDamaged(at=NOON, segments=1, lost_bytes=2),
    DiskFilling(at=NOON, used=0.81),
    DiskFull(at=NOON, free_bytes=0),
    DiskRestored(at=NOON, free_bytes=9),
    CertificateAsked(at=NOON, way=1, key="02" + "ab" * 32),
    CommandObeyed(at=NOON, number=7, order="restart"),
    CommandRefused(at=NOON, reason="forged"),
]
LEAVE_A_HOME = {
    "alarm.raised",
    "camera.lost",
    "camera.restored",
    "certificate.asked",
    "clock.changed",
    "command.obeyed",
    "command.refused",
    "disk.filling",
    "disk.full",
    "disk.restored",
    "duress.entered",
    "heartbeat",
    "lens.dirty",
    "outbox.damaged",
    "panic.pressed",
    "records.dropped",
    "run.started",
    "tamper.closed",
    "tamper.opened",
}


@contextmanager
def node(folder: Path, kind: SiteKind = "station") -> Iterator[tuple[Node, Outbox]]:
    """Give a node on stores in a folder, as it is after a start."""
    with Outbox(folder / "outbox", NOON) as outbox:
        album = Album(folder / "pictures", DEVICE)
        journal = Journal(folder / "panel.json")
        if not journal.path.exists():
            journal.write(PanelState())
        plan = plan_of(site_file(DEVICE, kind))
        shelf = Shelf(folder / "clips", Limits(2**30, timedelta(days=7)))
        stores = Stores(outbox, album, journal, shelf)
        own = Node(stores, plan, lambda: NOON, home=kind == "home")
        own.begin([])
        yield own, outbox


def kinds(outbox: Outbox) -> list[str]:
    """Give the kinds of all that waits, alarms first, but for the run's start."""
    both = waiting(outbox, "al") + waiting(outbox, "up")
    return [kind_of(record) for run, record in both if run == outbox.run][1:]


def test_there_is_one_of_each_kind_here():
    assert {kind_of(record) for record in ONE_OF_EACH} == set(KINDS)


@pytest.mark.parametrize("record", ONE_OF_EACH, ids=kind_of)
def test_a_home_numbers_what_may_leave_it_and_nothing_else(
    tmp_path: Path, record: Record
):
    with node(tmp_path, "home") as (own, outbox):
        own.write(record)
        expected = [kind_of(record)] if kind_of(record) in LEAVE_A_HOME else []
        assert kinds(outbox) == expected
        assert outbox.written["al"] + outbox.written["up"] == 1 + len(expected)


@pytest.mark.parametrize("record", ONE_OF_EACH, ids=kind_of)
def test_a_station_writes_everything_down(tmp_path: Path, record: Record):
    with node(tmp_path) as (own, outbox):
        own.write(record)
        assert kinds(outbox) == [kind_of(record)]


def test_arming_and_living_in_a_home_leaves_no_trace(tmp_path: Path):
    with node(tmp_path, "home") as (own, outbox):
        for _ in range(3):
            own.see(opened())
            own.see(ContactClosed(at=NOON, sensor=1, zone=1))
            own.see(MotionStarted(at=NOON, sensor=2, zone=2), b"picture")
            own.arm("night")
            own.tick()
            own.disarm()
        assert kinds(outbox) == []
        assert outbox.written == {"al": 1, "up": 0}
        assert list((tmp_path / "pictures").iterdir()) == []


def test_an_alarm_leaves_a_home_with_its_end_and_without_what_led_to_it(
    tmp_path: Path,
):
    with node(tmp_path, "home") as (own, outbox):
        own.arm("away")
        own.tick()
        own.see(MotionStarted(at=NOON, sensor=2, zone=2))
        own.disarm()
        assert kinds(outbox) == ["alarm.raised", "alarm.ended"]


def test_duress_in_a_home_does_not_end_the_alarm(tmp_path: Path):
    with node(tmp_path, "home") as (own, outbox):
        own.see(TamperOpened(at=NOON, sensor=3))
        own.duress()
        assert kinds(outbox) == ["tamper.opened", "alarm.raised", "duress.entered"]
        assert own.state.phase == "disarmed"


@pytest.mark.parametrize("kind", ["station", "home"])
@pytest.mark.parametrize("before", ["armed", "disarmed"])
def test_duress_leaves_no_trace_that_disarming_does_not(
    tmp_path: Path, kind: SiteKind, before: str
):
    traces = []
    for word in ("disarm", "duress"):
        with node(tmp_path / word, kind) as (own, _), capture_logs() as logged:
            if before == "armed":
                own.arm("away")
            getattr(own, word)()
        state = (tmp_path / word / "panel.json").read_bytes()
        traces.append((logged, state))
    assert traces[0] == traces[1]


def test_the_log_of_a_home_says_nothing_of_who_is_there(tmp_path: Path):
    with node(tmp_path, "home") as (own, _), capture_logs() as logged:
        own.arm("away")
        own.disarm()
        own.arm("night")
        own.duress()
        own.see(opened())
        own.see(MotionStarted(at=NOON, sensor=2, zone=2))
        own.see(TamperOpened(at=NOON, sensor=3))
    assert logged == []


def test_a_stations_motion_names_the_picture_that_is_kept(tmp_path: Path):
    with node(tmp_path) as (own, outbox):
        own.see(MotionStarted(at=NOON, sensor=2, zone=2), b"picture")
        ((_, record),) = waiting(outbox, "up")
        assert isinstance(record, MotionStarted)
        kept = tmp_path / "pictures" / f"{record.picture}.jpg"
        assert kept.read_bytes() == b"picture"


def test_the_alarm_that_a_motion_raised_names_its_picture(tmp_path: Path):
    with node(tmp_path) as (own, outbox):
        own.arm("away")
        own.tick()
        own.see(MotionStarted(at=NOON, sensor=2, zone=2), b"picture")
        (alarm,) = [r for _, r in waiting(outbox, "al") if isinstance(r, AlarmRaised)]
        motion = [r for _, r in waiting(outbox, "up") if isinstance(r, MotionStarted)]
        assert alarm.picture is not None
        assert [alarm.picture] == [record.picture for record in motion]


def test_an_alarm_in_a_home_has_no_picture_whatever_is_offered(tmp_path: Path):
    with node(tmp_path, "home") as (own, outbox):
        own.arm("away")
        own.tick()
        own.see(MotionStarted(at=NOON, sensor=2, zone=2), b"picture")
        (alarm,) = [r for _, r in waiting(outbox, "al") if isinstance(r, AlarmRaised)]
        assert alarm.picture is None
        assert list((tmp_path / "pictures").glob("*.jpg")) == []


@pytest.mark.parametrize("kind", ["station", "home"])
def test_an_alarm_is_filmed_with_what_moves_in_it(tmp_path: Path, kind: SiteKind):
    filmed: list[None] = []
    with node(tmp_path, kind) as (own, _):
        own.film = lambda: filmed.append(None)
        moves = MotionStarted(at=NOON, sensor=2, zone=2)
        own.see(moves)
        assert len(filmed) == 0
        own.arm("away")
        own.tick()
        own.see(moves)  # raises the alarm
        assert len(filmed) == 1
        own.see(moves)  # what comes by in it
        assert len(filmed) == 2
        own.disarm()
        own.see(moves)
        assert len(filmed) == 2


def test_panic_is_filmed_and_duress_leaves_no_film(tmp_path: Path):
    filmed: list[None] = []
    with node(tmp_path) as (own, _):
        own.film = lambda: filmed.append(None)
        own.arm("away")
        own.tick()
        own.duress()
        assert filmed == []
        own.panic(silent=True)
        assert len(filmed) == 1


def test_an_alarm_rings_and_a_plain_record_does_not(tmp_path: Path):
    with node(tmp_path) as (own, _):
        rung: list[None] = []
        own.ring = lambda: rung.append(None)
        own.see(opened())
        assert rung == []
        own.see(panic())
        assert rung == [None]


def test_the_panel_goes_on_where_it_was(tmp_path: Path):
    with node(tmp_path) as (own, _):
        own.arm("night")
        own.tick()
    with node(tmp_path) as (own, outbox):
        assert (own.state.phase, own.state.mode) == ("armed", "night")
        assert kinds(outbox) == ["panel.armed"]


@pytest.mark.parametrize("rubbish", [b"", b"{", b'{"phase": "asleep"}', b"\xff"])
def test_a_panel_whose_state_is_broken_is_armed_and_says_so(
    tmp_path: Path, rubbish: bytes
):
    (tmp_path / "panel.json").write_bytes(rubbish)
    with node(tmp_path) as (own, outbox):
        assert own.state.phase == "armed"
        assert kinds(outbox) == ["panel.armed"]


def test_a_new_device_is_disarmed_and_a_lost_state_is_not(tmp_path: Path):
    home = make_home(tmp_path, 1883, new_site(), contacts="contacts.csv")
    (home / "contacts.csv").write_text("seconds,sensor,state\n1,1,open\n")
    ready = load(home)
    with open_stores(ready, NOON, clock_trusted=True) as stores:
        assert stores.journal.read() == PanelState()
    (home / "panel.json").unlink()
    plan = plan_of(ready.site)
    with open_stores(ready, NOON, clock_trusted=True) as stores:
        own = Node(stores, plan, lambda: NOON, home=False)
        own.begin([])
        assert own.state.phase == "armed"


def test_a_state_that_cannot_be_written_stops_nothing(tmp_path: Path):
    with node(tmp_path) as (own, outbox):
        own._stores.journal.path.unlink()
        own._stores.journal.path.mkdir()
        own.see(TamperOpened(at=NOON, sensor=3))
        assert "alarm.raised" in kinds(outbox)


def test_panic_by_hand_is_written_whatever_the_state(tmp_path: Path):
    with node(tmp_path, "home") as (own, outbox):
        own.panic(silent=True)
        found = waiting(outbox, "al")[-1][1]
        assert isinstance(found, PanicPressed)
        assert found.silent
